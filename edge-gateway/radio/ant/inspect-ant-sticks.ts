import { AntStickError, type AntStickErrorCode } from './ant-stick-error.js';
import { loadAntUsb } from './ant-usb.js';

export interface AntStickInspection {
  /** As health names it. */
  radio: string;
  /** Vendor and product: `0fcf:1009`. */
  usbId: string;
  /** Absent: it is none of those that can listen to a whole room. */
  model?: string;
  canBeOpened: boolean;
  /** Why it cannot be, and what to do: a sentence for people. */
  fault?: string;
  code?: AntStickErrorCode;
}

export interface AntInspection {
  sticks: AntStickInspection[];
  /** Why there are none: a sentence for people. */
  fault?: string;
  code?: AntStickErrorCode;
}

/** Opens every ANT stick that is plugged in, and lets go of it: what is found before a gateway runs. Never rejects. */
export async function inspectAntSticks(): Promise<AntInspection> {
  try {
    const { pluggedSticks, tryStick } = await loadAntUsb();
    const sticks: AntStickInspection[] = [];
    for (const stick of pluggedSticks()) {
      const { name: radio, usbId, model } = stick;
      const error = await tryStick(stick);
      sticks.push({
        radio,
        usbId,
        ...(model ? { model } : {}),
        canBeOpened: !error,
        ...(error ? { fault: error.message, code: error.code } : {}),
      });
    }
    return sticks.length ? { sticks } : { sticks, fault: new AntStickError('STICK_NONE').message, code: 'STICK_NONE' };
  } catch (error) {
    if (error instanceof AntStickError) return { sticks: [], fault: error.message, code: error.code };
    return { sticks: [], fault: error instanceof Error ? error.message : String(error) };
  }
}
