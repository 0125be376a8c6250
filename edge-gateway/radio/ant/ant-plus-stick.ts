import type { Clock } from '@pulseboard/contract';
import ant from 'ant-plus/build/ant.js';
import type { Device, InEndpoint, Interface, OutEndpoint } from 'usb';
import type { Schedule } from '../pump.js';
import { AntFramer } from './ant-framer.js';
import { CHANNEL_EVENT, EVENT_CHANNEL_CLOSED, encodeAntMessage, MessageId, messageId, payloadOf } from './ant-message.js';
import type { OpenedStick, StickListener } from './ant-stick.js';
import { AntStickError } from './ant-stick-error.js';
import type { AntTimings } from './ant-timings.js';
import { releaseUsb } from './release-usb.js';
import { asStickError, tryStick, type UsbStick } from './usb-sticks.js';

/** What of the library's driver is private and needed all the same: to choose the device, to frame before it, and to let go where its own `close` throws. */
interface DriverInternals {
  getDevices(): Device[];
  device?: Device;
  iface?: Interface;
  inEp?: InEndpoint;
  outEp?: OutEndpoint;
  detachedKernelDriver: boolean;
}
const devicesInUse = (ant.USBDriver as unknown as { deviceInUse: Device[] }).deviceInUse;

/** Opens the scan, which hears sensors of all kinds on one channel, and decodes nothing: the frames are taken raw. */
class RoomScanner extends ant.AntPlusScanner {
  constructor(stick: InstanceType<typeof ant.USBDriver>) {
    super(stick);
    this.decodeDataCbk = () => {};
  }
  protected deviceType(): number {
    return 0;
  }
  protected createStateIfNew(): void {}
  protected updateRssiAndThreshold(): void {}
  protected updateState(): void {}
}

/** Responses to these lead the library from the reset to the scan. */
const handshakeIds: readonly number[] = [
  MessageId.assignChannel,
  MessageId.channelFrequency,
  MessageId.networkKey,
  MessageId.channelId,
  MessageId.enableExtended,
  MessageId.libConfig,
  MessageId.openScan,
];
const askVersion = Buffer.from(encodeAntMessage(MessageId.request, [0, MessageId.version]));

export interface OpenAntPlusOptions {
  listener: StickListener;
  signal: AbortSignal;
  timings: AntTimings;
  clock: Clock;
  schedule: Schedule;
}

/**
 * Opens a stick through `ant-plus`: USB, reset, network key, scan of the room. Nothing that the library throws gets out of here.
 * @returns once the scan is open
 * @throws AntStickError also when it was aborted; the stick is released then
 */
export async function openAntPlusStick(stick: UsbStick, options: OpenAntPlusOptions): Promise<OpenedStick> {
  if (!stick.model) throw new AntStickError('STICK_UNFIT', stick.usbId);
  // It would be opened and claimed once more without complaint.
  if (devicesInUse.includes(stick.device)) throw new AntStickError('STICK_BUSY', 'this one, by another radio');
  const session = new AntPlusSession(stick.device, options);
  try {
    if (!session.openUsb()) throw (await tryStick(stick)) ?? new AntStickError('STICK_USB', 'it could not be opened');
    await session.handshake();
    return session;
  } catch (error) {
    const reason = asStickError(error);
    await session.close({ isHearing: false, usbReset: reason.state === 'silent' });
    throw reason;
  }
}

class AntPlusSession implements OpenedStick {
  readonly lost: Promise<AntStickError>;
  readonly #driver: InstanceType<typeof ant.USBDriver>;
  readonly #scanner: RoomScanner;
  readonly #framer = new AntFramer();
  #lose!: (error: AntStickError) => void;
  /** What the library handed over of the message that it was given. */
  #frame: Uint8Array | undefined;
  #isScanning = false;
  #scanCode = 0;

  constructor(
    private readonly device: Device,
    private readonly options: OpenAntPlusOptions,
  ) {
    const { idVendor, idProduct } = device.deviceDescriptor;
    this.#driver = new ant.USBDriver(idVendor, idProduct);
    // It would take the first stick that is free.
    this.#internals.getDevices = () => [device];
    this.#scanner = new RoomScanner(this.#driver);
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  get #internals(): DriverInternals {
    return this.#driver as unknown as DriverInternals;
  }

  /** @returns false when it could not be opened or claimed; the library does not say why */
  openUsb(): boolean {
    if (!this.#driver.open()) return false;
    const { timings } = this.options;
    const inEndpoint = this.#internals.inEp!;
    // A stick that takes nothing must not keep a request for ever: it could not be closed.
    this.#internals.outEp!.timeout = timings.answerWithinMs;
    const [libraryTakes] = inEndpoint.listeners('data') as ((bytes: Buffer) => void)[];
    inEndpoint.off('data', libraryTakes!);
    inEndpoint.on('data', (chunk: Buffer) => this.#receive(chunk, libraryTakes!));
    // The USB library stops reading then, and tells nobody else.
    inEndpoint.on('error', (error: Error) => this.#lose(new AntStickError('STICK_LOST', error.message)));
    this.#driver.on('read', (message: Buffer) => {
      if (messageId(message) === MessageId.broadcast) this.#frame = new Uint8Array(message);
    });
    return true;
  }

  /** @throws AntStickError */
  async handshake(): Promise<void> {
    const { signal, schedule, timings } = this.options;
    let end = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        const giveUp = () => reject(new AntStickError('STICK_UNPLUGGED'));
        const cancel = schedule(() => reject(new AntStickError('STICK_MUTE')), timings.handshakeWithinMs);
        signal.addEventListener('abort', giveUp);
        end = () => {
          cancel();
          signal.removeEventListener('abort', giveUp);
        };
        if (signal.aborted) giveUp();
        this.lost.then(reject);
        this.#driver.once('startup', () => this.#scan(reject));
        this.#scanner.once('attached', () => {
          if (this.#scanCode === 0) resolve();
          else reject(new AntStickError('STICK_LOST', `its scan was refused, ANT code ${this.#scanCode}`));
        });
      });
      this.#isScanning = true;
    } finally {
      end();
    }
  }

  #scan(reject: (error: AntStickError) => void): void {
    try {
      this.#scanner.scan();
    } catch (error) {
      // A string: it has no scan mode.
      reject(new AntStickError('STICK_UNFIT', String(error)));
    }
  }

  ask(): void {
    quietly(() => this.#driver.write(askVersion));
  }

  async close({ isHearing, usbReset }: { isHearing: boolean; usbReset: boolean }): Promise<void> {
    const { device, iface, inEp, detachedKernelDriver } = this.#internals;
    inEp?.removeAllListeners('data');
    // So that it does not go on scanning for nobody.
    if (isHearing) quietly(() => this.#driver.detach_all());
    const { schedule, timings } = this.options;
    const open = { device: this.device, iface, inEndpoint: inEp, hadKernelDriver: detachedKernelDriver };
    if (device) await releaseUsb(open, { usbReset, stepMs: timings.releaseStepMs, schedule });
    const place = devicesInUse.indexOf(this.device);
    if (place >= 0) devicesInUse.splice(place, 1);
  }

  #receive(chunk: Buffer, libraryTakes: (bytes: Buffer) => void): void {
    const { listener, clock } = this.options;
    const at = clock();
    const badBefore = this.#framer.badFrames;
    for (const message of this.#framer.push(chunk)) {
      listener.onMessage(at);
      this.#judge(message);
      if (!this.#isForLibrary(message)) continue;
      this.#frame = undefined;
      const isTaken = quietly(() => libraryTakes(Buffer.from(message.buffer, message.byteOffset, message.length)));
      if (!isTaken) listener.onBadFrames(1);
      // Out here, so that what the listener throws is not taken for the library's.
      if (this.#frame) listener.onFrame(this.#frame, at);
    }
    listener.onBadFrames(this.#framer.badFrames - badBefore);
  }

  #judge(message: Uint8Array): void {
    const id = messageId(message);
    const [, about, code = 0] = payloadOf(message);
    if (!this.#isScanning) {
      if (id === MessageId.response && about === MessageId.openScan) this.#scanCode = code;
    } else if (id === MessageId.startup) {
      this.#lose(new AntStickError('STICK_LOST', 'it restarted'));
    } else if (id === MessageId.response && about === CHANNEL_EVENT && code === EVENT_CHANNEL_CLOSED) {
      this.#lose(new AntStickError('STICK_LOST', 'it closed its scan'));
    }
  }

  /** Of other messages the library makes nothing, complains on the console, or begins to set up what is set up. */
  #isForLibrary(message: Uint8Array): boolean {
    const id = messageId(message);
    if (id === MessageId.broadcast || this.#isScanning) return id === MessageId.broadcast;
    if (id === MessageId.response) return handshakeIds.includes(payloadOf(message)[1]!);
    return id === MessageId.startup || id === MessageId.capabilities;
  }
}

/** @returns false when it threw; the library throws strings, too */
function quietly(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
