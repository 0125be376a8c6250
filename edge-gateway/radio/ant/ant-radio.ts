import type { Clock } from '@pulseboard/contract';
import { processSchedule, type Schedule } from '../pump.js';
import type { RadioEvent, RadioSource, ReceiverState } from '../radio-source.js';
import type { Random } from '../random.js';
import { AntStick, type OpenStick } from './ant-stick.js';
import { AntStickError } from './ant-stick-error.js';
import { type AntTimings, antTimings } from './ant-timings.js';
import { type AntUsb, loadAntUsb } from './ant-usb.js';
import type { UsbStick } from './usb-sticks.js';

export interface AntRadioOptions extends Partial<AntTimings> {
  /** Stamps every USB transfer as it comes in. */
  clock: Clock;
  /** Spreads attempts to open sticks. */
  random?: Random;
  schedule?: Schedule;
}

/**
 * Every ANT+ stick that is plugged in, whenever it is: heart-rate straps and foot pods of the whole room, each stick a receiver of its own.
 * Nothing that a stick, the USB bus or their libraries do throws or ends the process; `receivers()` tells of it.
 */
export function createAntRadio({ clock, random = Math.random, schedule = processSchedule, ...own }: AntRadioOptions): RadioSource {
  return new AntRadio({ clock, random, schedule, timings: { ...antTimings, ...own } });
}

class AntRadio implements RadioSource {
  readonly name = 'ant';
  /** By name: a socket keeps its stick's counts when it is pulled and comes back. */
  readonly #sticks = new Map<string, { stick: AntStick; usb: UsbStick }>();
  #onEvent: (event: RadioEvent) => void = () => {};
  #fault = new AntStickError('STICK_NONE');
  #loading: Promise<void> = Promise.resolve();
  /** Sticks that are not listed any more, and may still be let go of. */
  #leaving: Promise<unknown> = Promise.resolve();
  #stopListening = () => {};
  #isClosed = false;

  constructor(private readonly options: { clock: Clock; random: Random; schedule: Schedule; timings: AntTimings }) {}

  start(onEvent: (event: RadioEvent) => void): void {
    this.#onEvent = onEvent;
    this.#loading = this.#load();
  }

  receivers(): ReceiverState[] {
    const states = [...this.#sticks.values()].map(({ stick }) => stick.state);
    return states.length ? states : [{ radio: this.name, state: 'absent', fault: this.#fault.message, badFrames: 0, restarts: 0 }];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#loading;
    this.#stopListening();
    await Promise.all([this.#leaving, ...[...this.#sticks.values()].map(({ stick }) => stick.close())]);
  }

  async #load(): Promise<void> {
    try {
      const usb = await loadAntUsb();
      if (!this.#isClosed) this.#listen(usb);
    } catch (error) {
      this.#fault = asFault(error);
    }
  }

  #listen(usb: AntUsb): void {
    const { schedule, timings } = this.options;
    const stopPlugging = usb.onPlugging(() => this.#look(usb));
    let stopLooking = () => {};
    const lookAgain = () => {
      this.#look(usb);
      stopLooking = schedule(lookAgain, timings.lookEveryMs);
    };
    this.#stopListening = () => {
      stopPlugging();
      stopLooking();
    };
    lookAgain();
  }

  /** The list of devices is the truth; that something was plugged in or pulled is only a hint to look at it. */
  #look(usb: AntUsb): void {
    let listed: UsbStick[];
    try {
      listed = usb.pluggedSticks();
      this.#fault = new AntStickError('STICK_NONE');
    } catch (error) {
      this.#fault = asFault(error);
      return;
    }
    for (const known of this.#sticks.values()) if (known.stick.isPlugged && !listed.includes(known.usb)) known.stick.unplug();
    for (const found of listed) if (!this.#sticks.get(found.name)?.stick.isPlugged) this.#plug(found, usb);
  }

  #plug(found: UsbStick, usb: AntUsb): void {
    const { timings, clock, schedule } = this.options;
    let known = this.#sticks.get(found.name);
    if (!known) {
      this.#forgetOneThatIsMissing();
      known = { usb: found, stick: new AntStick(found.name, { ...this.options, onEvent: this.#onEvent }) };
      this.#sticks.set(found.name, known);
    }
    known.usb = found;
    const open: OpenStick = (listener, signal) => usb.openAntPlusStick(found, { listener, signal, timings, clock, schedule });
    known.stick.plug(open);
  }

  /** A stick in another socket is the one that is missing elsewhere: so as many are listed as there were at any one time. */
  #forgetOneThatIsMissing(): void {
    const missing = [...this.#sticks.values()].findLast(({ stick }) => !stick.isPlugged);
    if (!missing) return;
    this.#sticks.delete(missing.stick.name);
    this.#leaving = Promise.all([this.#leaving, missing.stick.close()]);
  }
}

const asFault = (error: unknown): AntStickError =>
  error instanceof AntStickError ? error : new AntStickError('STICK_NO_USB', String(error));
