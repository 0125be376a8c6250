import { AntStickError } from './ant-stick-error.js';

/** What the driver needs of the USB bus and of `ant-plus`. */
export type AntUsb = typeof import('./usb-sticks.js') & typeof import('./ant-plus-stick.js');

/**
 * Loads the libraries when they are needed: their native part may be missing, and a gateway without sticks must not mind.
 * @throws AntStickError
 */
export async function loadAntUsb(): Promise<AntUsb> {
  try {
    return { ...(await import('./usb-sticks.js')), ...(await import('./ant-plus-stick.js')) };
  } catch (error) {
    throw new AntStickError('STICK_NO_USB', firstLine(error));
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
