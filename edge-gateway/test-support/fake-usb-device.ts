import { Device, type InEndpoint, type Interface, usb } from 'usb';

/**
 * In tests, in the place of the native part of the package `usb` (its `device.cc` and `transfer.cc`): the JavaScript part, with its end points, runs on top of it.
 * As there, requests complete later and in order, a gone device refuses everything, and one with a request on its way does not close.
 */

/** What is behind the cable. */
export interface FakeHardware {
  /** @throws an error of libusb */
  onOpen(): void;
  onClose(): void;
  /** @throws an error of libusb */
  onClaim(): void;
  onRelease(): void;
  /** @param done it is over */
  onReset(done: () => void): void;
  /** @returns false: it does not take it now */
  onWrite(bytes: Uint8Array): boolean;
  hasKernelDriver: boolean;
}

export interface FakeDescriptor {
  busNumber: number;
  deviceAddress: number;
  portNumbers: number[] | undefined;
  idVendor: number;
  idProduct: number;
}

const PACKET_LENGTH = 64;
const IN = 0x81;
const OUT = 0x01;
const endpointDescriptor = (bEndpointAddress: number) => ({ bEndpointAddress, bmAttributes: 2, wMaxPacketSize: PACKET_LENGTH });
const configDescriptor = { interfaces: [[{ bInterfaceNumber: 0, endpoints: [endpointDescriptor(IN), endpointDescriptor(OUT)] }]] };

/** @param name as libusb names it, `LIBUSB_ERROR_ACCESS` */
export const libusbError = (name: string): Error =>
  Object.assign(new Error(name), { errno: (usb as unknown as Record<string, number>)[name] });
const statusError = (status: number): Error => Object.assign(new Error('**UNKNOWN**'), { errno: status });

type Done = (error?: Error) => void;

let underWay = 0;
/** Whether something is going to happen on the bus without anybody doing anything. */
export const isUsbBusy = (): boolean => underWay > 0;

export class FakeDevice {
  interfaces: Interface[] | undefined;
  readonly deviceDescriptor: { idVendor: number; idProduct: number };
  readonly busNumber: number;
  readonly deviceAddress: number;
  readonly portNumbers: number[] | undefined;
  isGone = false;
  isOpen = false;
  isClaimed = false;
  /** Requests on their way. */
  pending = 0;
  readonly reads: FakeTransfer[] = [];
  readonly writes: FakeTransfer[] = [];
  #unread: Uint8Array[] = [];

  constructor(
    readonly hardware: FakeHardware,
    { busNumber, deviceAddress, portNumbers, idVendor, idProduct }: FakeDescriptor,
  ) {
    this.busNumber = busNumber;
    this.deviceAddress = deviceAddress;
    this.portNumbers = portNumbers;
    this.deviceDescriptor = { idVendor, idProduct };
  }

  get asDevice(): Device {
    return this as unknown as Device;
  }

  get inEndpoint(): InEndpoint | undefined {
    return this.interfaces?.[0]?.endpoints[0] as InEndpoint | undefined;
  }

  open(defaultConfig?: boolean): void {
    Device.prototype.open.call(this.asDevice, defaultConfig);
    for (const { endpoints } of this.interfaces ?? [])
      for (const endpoint of endpoints) {
        const make = (_timeoutMs: number, done: TransferDone) => new FakeTransfer(this, endpoint.address === IN, done);
        endpoint.makeTransfer = make as unknown as typeof endpoint.makeTransfer;
      }
  }

  /** Bytes for whoever reads; lost when nobody has claimed the device. */
  deliver(bytes: Uint8Array): void {
    if (!this.isClaimed) return;
    for (let from = 0; from < bytes.length; from += PACKET_LENGTH) this.#unread.push(bytes.slice(from, from + PACKET_LENGTH));
    this.serveReads();
  }

  serveReads(): void {
    while (this.#unread.length > 0 && this.reads.length > 0)
      this.reads.shift()!.complete(usb.LIBUSB_TRANSFER_COMPLETED, this.#unread.shift());
  }

  serveWrites(): void {
    while (this.writes[0] && this.hardware.onWrite(this.writes[0].bytes)) this.writes.shift()!.complete(usb.LIBUSB_TRANSFER_COMPLETED);
  }

  /** Ends all requests on their way. */
  endRequests(status: number): void {
    for (const transfer of [...this.reads.splice(0), ...this.writes.splice(0)]) transfer.complete(status);
  }

  vanish(): void {
    this.isGone = true;
    this.isClaimed = false;
    this.#unread = [];
    this.endRequests(usb.LIBUSB_TRANSFER_NO_DEVICE);
  }

  /** Later, on the event loop, as what the native part does in threads. */
  later(done: () => void): void {
    this.pending++;
    underWay++;
    setImmediate(() => {
      this.pending--;
      underWay--;
      done();
    });
  }

  reset(done: Done): void {
    this.#checkOpen();
    this.later(() => {
      if (this.isGone) return done(libusbError('LIBUSB_ERROR_NO_DEVICE'));
      this.pending++;
      this.hardware.onReset(() => {
        this.pending--;
        done();
      });
    });
  }

  __open(): void {
    if (this.isOpen) return;
    if (this.isGone) throw libusbError('LIBUSB_ERROR_NO_DEVICE');
    this.hardware.onOpen();
    this.isOpen = true;
  }

  __close(): void {
    if (this.pending > 0 || this.reads.length > 0 || this.writes.length > 0) throw new Error("Can't close device with a pending request");
    if (this.isOpen) this.hardware.onClose();
    this.isOpen = false;
    this.isClaimed = false;
    this.#unread = [];
  }

  __getConfigDescriptor(): object {
    return configDescriptor;
  }

  __claimInterface(): void {
    this.#checkOpen();
    if (this.isGone) throw libusbError('LIBUSB_ERROR_NO_DEVICE');
    this.hardware.onClaim();
    this.isClaimed = true;
  }

  __releaseInterface(_id: number, done: Done): void {
    this.#checkOpen();
    this.later(() => {
      if (this.isGone) return done(libusbError('LIBUSB_ERROR_NO_DEVICE'));
      this.hardware.onRelease();
      this.isClaimed = false;
      this.endRequests(usb.LIBUSB_TRANSFER_CANCELLED);
      done();
    });
  }

  __isKernelDriverActive(): boolean {
    this.#checkOpen();
    return this.hardware.hasKernelDriver;
  }

  __detachKernelDriver(): void {
    this.#checkOpen();
    this.hardware.hasKernelDriver = false;
  }

  __attachKernelDriver(): void {
    this.#checkOpen();
    this.hardware.hasKernelDriver = true;
  }

  __setAutoDetachKernelDriver(): void {
    this.#checkOpen();
  }

  #checkOpen(): void {
    if (!this.isOpen) throw new Error('Device is not opened');
  }
}

for (const name of ['close', 'interface', 'configDescriptor', 'setAutoDetachKernelDriver'])
  Object.defineProperty(FakeDevice.prototype, name, Object.getOwnPropertyDescriptor(Device.prototype, name)!);

type TransferDone = (this: FakeTransfer, error: Error | undefined, buffer: Buffer, actualLength: number) => void;

class FakeTransfer {
  #buffer: Buffer | undefined;

  constructor(
    private readonly device: FakeDevice,
    private readonly isRead: boolean,
    private readonly done: TransferDone,
  ) {}

  get bytes(): Uint8Array {
    return this.#buffer!;
  }

  submit(buffer: Buffer): this {
    if (this.#buffer) throw new Error('Transfer is already active');
    if (!this.device.isOpen) throw new Error('Device is not open');
    if (this.device.isGone) throw libusbError('LIBUSB_ERROR_NO_DEVICE');
    this.#buffer = buffer;
    if (this.isRead) {
      this.device.reads.push(this);
      this.device.serveReads();
    } else {
      this.device.writes.push(this);
      this.device.serveWrites();
    }
    return this;
  }

  cancel(): boolean {
    const queue = this.isRead ? this.device.reads : this.device.writes;
    const place = queue.indexOf(this);
    if (place < 0) return false;
    queue.splice(place, 1);
    this.complete(usb.LIBUSB_TRANSFER_CANCELLED);
    return true;
  }

  /** @param bytes what was read */
  complete(status: number, bytes?: Uint8Array): void {
    this.device.later(() => {
      const buffer = this.#buffer!;
      this.#buffer = undefined;
      if (bytes) buffer.set(bytes);
      const failure = status === usb.LIBUSB_TRANSFER_COMPLETED ? undefined : statusError(status);
      this.done.call(this, failure, buffer, bytes?.length ?? (failure ? 0 : buffer.length));
    });
  }
}
