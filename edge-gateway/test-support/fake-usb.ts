import { type Device, usb } from 'usb';
import { type FakeAnswer, FakeAntFirmware } from './fake-ant-firmware.js';
import { FakeDevice, libusbError } from './fake-usb-device.js';

/**
 * In tests: ANT sticks without hardware. `ant-plus` and the JavaScript of `usb` run for real on top of them; what is made up is the native part of `usb`,
 * the cable and the firmware. Needs no test framework.
 */

const onBus = new Set<FakeDevice>();
let addresses = 0;

/** From now on only sticks of this file are on the USB bus. @returns undoes it, and pulls them all */
export function replaceUsbBus(): () => void {
  const bus = usb as { getDeviceList: () => Device[] };
  const real = bus.getDeviceList;
  forgetFormerModules();
  bus.getDeviceList = () => [...onBus].map((device) => device.asDevice);
  return () => {
    bus.getDeviceList = real;
    onBus.clear();
  };
}

/** A test runner evaluates the JavaScript of `usb` anew for each file, on one and the same native part: all but the last watchers of hot plugging are of files that are over. */
function forgetFormerModules(): void {
  for (const event of ['newListener', 'removeListener'])
    for (const former of usb.listeners(event as 'attach').slice(0, -1)) usb.off(event as 'attach', former as () => void);
}

export interface FakeStickOptions {
  bus?: number;
  /** Undefined: the machine does not tell. */
  ports?: number[] | undefined;
  vendorId?: number;
  productId?: number;
  /** The system's serial driver has taken it. */
  hasKernelDriver?: boolean;
}

export interface StickCounts {
  opens: number;
  closes: number;
  claims: number;
  releases: number;
  resets: number;
}

const noReset = { heals: false, reappears: false, hangs: false };

export class FakeStick {
  readonly counts: StickCounts = { opens: 0, closes: 0, claims: 0, releases: 0, resets: 0 };
  hasKernelDriver: boolean;
  readonly #options: FakeStickOptions;
  #firmware = new FakeAntFirmware();
  #device: FakeDevice | undefined;
  #openError: string | undefined;
  #isFrozen = false;
  #onReset = noReset;
  readonly #hangingResets: (() => void)[] = [];

  /** Not plugged in yet. */
  constructor(options: FakeStickOptions = {}) {
    this.#options = { bus: 1, ports: [1, 4], vendorId: 0x0fcf, productId: 0x1009, ...options };
    this.hasKernelDriver = options.hasKernelDriver ?? false;
  }

  /** By message id: says this instead of what a stick says; an empty list is no answer. */
  get answers(): Map<number, FakeAnswer> {
    return this.#firmware.answers;
  }

  get isScanning(): boolean {
    return this.#firmware.isScanning;
  }

  /** Of those that read from it. */
  get listeners(): number {
    return this.#device?.inEndpoint?.listenerCount('data') ?? 0;
  }

  get isOpen(): boolean {
    return this.#device?.isOpen ?? false;
  }

  /** @param event false: as on machines where plugging gives none */
  plug({ event = true } = {}): void {
    const { bus, ports, vendorId, productId } = this.#options;
    const descriptor = { busNumber: bus!, deviceAddress: ++addresses, portNumbers: ports, idVendor: vendorId!, idProduct: productId! };
    this.#firmware.restart();
    this.#isFrozen = false;
    this.#onReset = noReset;
    this.#device = new FakeDevice(this.#hardware(), descriptor);
    onBus.add(this.#device);
    if (event) usb.emit('attach', this.#device.asDevice);
  }

  /** @param stays it stays in the list of devices, as in containers that USB events do not reach */
  unplug({ event = true, stays = false } = {}): void {
    const device = this.#device!;
    if (!stays) onBus.delete(device);
    device.vanish();
    if (event) usb.emit('detach', device.asDevice);
  }

  /** What a sensor in the room sends. @returns whether the stick hears it */
  broadcast(frame: Uint8Array): boolean {
    if (this.#isFrozen || !this.isScanning) return false;
    this.push(frame);
    return true;
  }

  /** Bytes that come out of it, whatever they are; in one transfer as far as a packet of 64 reaches. */
  push(bytes: Uint8Array): void {
    this.#device?.deliver(bytes);
  }

  /**
   * Takes nothing any more and says nothing.
   * @param reappearsOnReset it comes back as another device, as some do
   * @param resetHangs until it is thawed
   */
  freeze({ healsOnReset = true, reappearsOnReset = false, resetHangs = false } = {}): void {
    this.#isFrozen = true;
    this.#onReset = { heals: healsOnReset, reappears: reappearsOnReset, hangs: resetHangs };
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#onReset = noReset;
    for (const done of this.#hangingResets.splice(0)) done();
    this.#device?.serveWrites();
  }

  /** It begins anew by itself, as when its power was short. */
  restart(): void {
    for (const message of this.#firmware.restart()) this.push(message);
  }

  /** It answers, and hears nobody. */
  loseScan(): void {
    this.#firmware.loseScan();
  }

  /** Reading from it fails. @param status of libusb */
  failReading(status: number): void {
    this.#device?.endRequests(status);
  }

  /** @param error `LIBUSB_ERROR_ACCESS`; with `LIBUSB_ERROR_BUSY` it opens and cannot be claimed; undefined: all is well again */
  failOpen(error: string | undefined): void {
    this.#openError = error;
  }

  #hardware(): ConstructorParameters<typeof FakeDevice>[0] {
    const stick = this;
    return {
      onOpen: () => {
        if (this.#openError && this.#openError !== 'LIBUSB_ERROR_BUSY') throw libusbError(this.#openError);
        this.counts.opens++;
      },
      onClose: () => this.counts.closes++,
      onClaim: () => {
        if (this.#openError) throw libusbError(this.#openError);
        this.counts.claims++;
      },
      onRelease: () => this.counts.releases++,
      onReset: (done) => this.#reset(done),
      onWrite: (bytes) => this.#take(bytes),
      get hasKernelDriver() {
        return stick.hasKernelDriver;
      },
      set hasKernelDriver(has) {
        stick.hasKernelDriver = has;
      },
    };
  }

  #reset(done: () => void): void {
    if (this.#onReset.hangs) {
      this.#hangingResets.push(done);
      return;
    }
    this.counts.resets++;
    this.#firmware.loseScan();
    if (this.#onReset.heals) this.#isFrozen = false;
    if (this.#onReset.reappears) {
      this.unplug();
      this.plug();
    }
    done();
  }

  #take(bytes: Uint8Array): boolean {
    if (this.#isFrozen) return false;
    for (const message of this.#firmware.take(bytes)) this.push(message);
    return true;
  }
}
