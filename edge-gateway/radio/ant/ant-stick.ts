import type { Clock } from '@pulseboard/contract';
import type { Schedule } from '../pump.js';
import type { RadioEvent, ReceiverState } from '../radio-source.js';
import type { Random } from '../random.js';
import { AntStickError } from './ant-stick-error.js';
import type { AntTimings } from './ant-timings.js';
import { BackOff } from './back-off.js';
import { pause } from './pause.js';
import { StickWatch } from './stick-watch.js';

/** What a stick tells while it is open. `at`: when the USB transfer came in that completed it, by the clock of the radio. */
export interface StickListener {
  /** Any message with the right checksum: the stick is alive. */
  onMessage(at: number): void;
  /** A broadcast, whole, with bytes of its own. */
  onFrame(bytes: Uint8Array, at: number): void;
  onBadFrames(count: number): void;
}

/** A stick whose scan is open. */
export interface OpenedStick {
  /** It will hand over nothing more. Never rejects. */
  readonly lost: Promise<AntStickError>;
  /** Makes it say something, if it can. */
  ask(): void;
  /** Never rejects. @param isHearing it takes orders; without `usbReset` it is only let go of */
  close(how: { isHearing: boolean; usbReset: boolean }): Promise<void>;
}

/** @throws AntStickError, also when it was aborted */
export type OpenStick = (listener: StickListener, signal: AbortSignal) => Promise<OpenedStick>;

export interface AntStickOptions {
  clock: Clock;
  random: Random;
  schedule: Schedule;
  timings: AntTimings;
  onEvent: (event: RadioEvent) => void;
}

type Goodbye = 'unplugged' | 'closing';

/** One socket with a stick, for as long as the radio runs: opens it, guards it, sets it up anew, through being unplugged and plugged in. */
export class AntStick {
  readonly #watch: StickWatch;
  readonly #listener: StickListener;
  #life: Promise<void> = Promise.resolve();
  #plugged: AbortController | undefined;
  #fault: AntStickError | undefined;
  /** What follows sets it up anew. */
  #wasTried = false;
  #badFrames = 0;
  #restarts = 0;

  constructor(
    readonly name: string,
    private readonly options: AntStickOptions,
  ) {
    const watch = new StickWatch(options.timings);
    this.#watch = watch;
    this.#listener = {
      onMessage: (at) => watch.heard(at),
      onFrame(bytes, at) {
        watch.heardFrame(at);
        options.onEvent({ kind: 'ant-frame', at, radio: name, bytes });
      },
      onBadFrames: (count) => {
        this.#badFrames += count;
      },
    };
  }

  get isPlugged(): boolean {
    return this.#plugged !== undefined;
  }

  get state(): ReceiverState {
    const counts = { badFrames: this.#badFrames, restarts: this.#restarts };
    if (this.#fault) return { radio: this.name, state: this.#fault.state, fault: this.#fault.message, ...counts };
    return { radio: this.name, state: this.#watch.isReceiving(this.options.clock()) ? 'receiving' : 'searching', ...counts };
  }

  plug(open: OpenStick): void {
    const plugged = new AbortController();
    this.#plugged = plugged;
    this.#fault = undefined;
    this.#life = this.#life.then(() => this.#live(open, plugged.signal));
  }

  unplug(goodbye: Goodbye = 'unplugged'): void {
    this.#plugged?.abort(goodbye);
    this.#plugged = undefined;
    this.#fault = new AntStickError('STICK_UNPLUGGED');
  }

  /** Leaves the stick in order. Never rejects. */
  async close(): Promise<void> {
    if (this.isPlugged) this.unplug('closing');
    await this.#life;
  }

  /** From plugging in to pulling out. */
  async #live(open: OpenStick, signal: AbortSignal): Promise<void> {
    const { schedule, timings, random, clock } = this.options;
    const backOff = new BackOff(timings, random);
    let isRenewal = false;
    while (!signal.aborted) {
      const opened = await this.#open(open, signal);
      if (!opened) {
        isRenewal = false;
        await pause(schedule, backOff.nextMs(), signal);
        continue;
      }
      if (!signal.aborted) this.#fault = undefined;
      // An empty room is no fault of the stick.
      if (this.#wasTried && !isRenewal) this.#restarts++;
      this.#wasTried = true;
      this.#watch.setUp(clock());
      const ending = await this.#guard(opened, signal);
      isRenewal = ending === 'renew';
      const hasLasted = this.#watch.hasLasted(clock());
      const isFault = ending instanceof AntStickError;
      if (isFault) this.#fault = ending;
      await opened.close({ isHearing: isRenewal || ending === 'closing', usbReset: isFault || ending === 'closing' });
      if (!isFault) continue;
      // A stick that took its handshake is tried again at once, for it is deaf meanwhile; one that breaks down each time is not tried all the time.
      if (hasLasted) backOff.reset();
      else await pause(schedule, backOff.nextMs(), signal);
    }
  }

  /** @returns undefined when it cannot be opened; `state` says why */
  async #open(open: OpenStick, signal: AbortSignal): Promise<OpenedStick | undefined> {
    try {
      return await open(this.#listener, signal);
    } catch (error) {
      this.#wasTried = true;
      if (!signal.aborted) this.#fault = error instanceof AntStickError ? error : new AntStickError('STICK_USB', String(error));
      return undefined;
    }
  }

  /** Watches over an open stick. Resolves with why it is to be closed. */
  #guard(opened: OpenedStick, signal: AbortSignal): Promise<Goodbye | 'renew' | AntStickError> {
    const { schedule, clock } = this.options;
    return new Promise((resolve) => {
      let cancel = () => {};
      const end = (why: Goodbye | 'renew' | AntStickError) => {
        cancel();
        signal.removeEventListener('abort', leave);
        resolve(why);
      };
      const leave = () => end(signal.reason);
      const look = () => {
        const { step, inMs } = this.#watch.next(clock());
        if (step === 'renew') return end('renew');
        if (step === 'mute') return end(new AntStickError('STICK_MUTE'));
        if (step === 'ask') opened.ask();
        cancel = schedule(look, inMs);
      };
      opened.lost.then(end);
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave);
      look();
    });
  }
}
