import { type Device, usb } from 'usb';
import { AntStickError } from './ant-stick-error.js';

const DYNASTREAM = 0x0fcf;
/** By product id. Those of before (0x1004) are serial bridges without a scan mode; what else that maker's id may name nobody has tried. */
const fitModels = new Map([
  [0x1008, 'ANT USB2'],
  [0x1009, 'ANT USB-m'],
]);

/** An ANT stick as the USB bus lists it; after it was pulled and plugged in again it is another one. */
export interface UsbStick {
  /** `ant 1-1.4`: bus and ports, so the same socket has the same name; by address where the machine does not tell the ports. */
  readonly name: string;
  /** `0fcf:1009`. */
  readonly usbId: string;
  /** Absent: it cannot listen to a whole room. */
  readonly model?: string;
  readonly device: Device;
}

const sticks = new WeakMap<Device, UsbStick>();

/** @throws AntStickError when the bus cannot be looked at */
export function pluggedSticks(): UsbStick[] {
  if (usb.INIT_ERROR) throw new AntStickError('STICK_NO_USB', `libusb does not start, error ${usb.INIT_ERROR}`);
  try {
    return usb.getDeviceList().filter(isDynastream).map(stickOf);
  } catch (error) {
    throw new AntStickError('STICK_NO_USB', String(error));
  }
}

const isDynastream = (device: Device): boolean => device.deviceDescriptor.idVendor === DYNASTREAM;

function stickOf(device: Device): UsbStick {
  const known = sticks.get(device);
  if (known) return known;
  const { idVendor, idProduct } = device.deviceDescriptor;
  const ports = device.portNumbers?.length ? device.portNumbers.join('.') : device.deviceAddress;
  const model = fitModels.get(idProduct);
  const stick = {
    name: `ant ${device.busNumber}-${ports}`,
    usbId: `${hex16(idVendor)}:${hex16(idProduct)}`,
    device,
    ...(model ? { model } : {}),
  };
  sticks.set(device, stick);
  return stick;
}

const hex16 = (id: number): string => id.toString(16).padStart(4, '0');

/** Calls back whenever something was plugged in or pulled; not on every machine. Does not keep the process alive. @returns ends it */
export function onPlugging(run: () => void): () => void {
  try {
    usb.on('attach', run);
    usb.on('detach', run);
    usb.unrefHotplugEvents();
  } catch {
    // The list is looked at from time to time anyway.
  }
  return () => {
    usb.off('attach', run);
    usb.off('detach', run);
  };
}

/** Opens and claims a stick, and lets go of it. @returns why it cannot be used; undefined when it can, or when this process has it */
export async function tryStick({ device, model, usbId }: UsbStick): Promise<AntStickError | undefined> {
  if (!model) return new AntStickError('STICK_UNFIT', usbId);
  // Opening what is open already would take it from the one who has it.
  if (device.interfaces) return undefined;
  try {
    device.open();
    await claimAndRelease(device);
    return undefined;
  } catch (error) {
    return asStickError(error);
  } finally {
    closeQuietly(device);
  }
}

function closeQuietly(device: Device): void {
  try {
    if (device.interfaces) device.close();
  } catch {
    // A request is on its way: nobody will miss its answer.
  }
}

async function claimAndRelease(device: Device): Promise<void> {
  try {
    device.setAutoDetachKernelDriver(true);
  } catch {
    // Not on every machine; where it is not, no driver is in the way either.
  }
  const [first] = device.interfaces!;
  if (!first) throw new AntStickError('STICK_USB', 'it has no interface');
  first.claim();
  await first.releaseAsync();
}

/** @param error what the USB library threw: libusb's error number in `errno`, its name as the message */
export function asStickError(error: unknown): AntStickError {
  if (error instanceof AntStickError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  switch (error instanceof Error && 'errno' in error ? error.errno : undefined) {
    case usb.LIBUSB_ERROR_ACCESS:
      return new AntStickError('STICK_DENIED', detail);
    case usb.LIBUSB_ERROR_BUSY:
      return new AntStickError('STICK_BUSY', detail);
    case usb.LIBUSB_ERROR_NO_DEVICE:
      return new AntStickError('STICK_STALE', detail);
    case usb.LIBUSB_ERROR_NOT_SUPPORTED:
      return new AntStickError('STICK_DRIVER', detail);
    default:
      return new AntStickError('STICK_USB', detail);
  }
}
