import { type AntRadioOptions, createAntRadio } from '../radio/ant/ant-radio.js';
import { ANT_HEART_RATE_PERIOD_MS } from '../radio/encode-ant.js';
import type { Schedule } from '../radio/pump.js';
import type { RadioEvent, RadioSource, ReceiverState } from '../radio/radio-source.js';
import { AntHeartRateStrap } from '../radio/strap-encoder.js';
// Loaded before, so that reading files takes no virtual time.
import '../radio/ant/ant-plus-stick.js';
import '../radio/ant/usb-sticks.js';
import type { FakeStick } from './fake-usb.js';
import { isUsbBusy } from './fake-usb-device.js';

/** After so many without anything on the bus nothing comes of itself. */
const QUIET_TURNS = 8;

/** In tests: time that goes on only when it is told to. What the event loop has to do is done in between and takes no time. */
export class VirtualTime {
  /** Called at every turn of the event loop. */
  onTurn = (): void => {};
  #now = 1_760_000_000_000;
  #timers: { at: number; run: () => void }[] = [];

  /** Whole ms. */
  readonly clock = (): number => Math.floor(this.#now);

  readonly schedule: Schedule = (run, delayMs) => {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  get timers(): number {
    return this.#timers.length;
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.#settle();
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers.splice(this.#timers.indexOf(next), 1);
      next.run();
      await this.#settle();
    }
    this.#now = end;
  }

  /** @returns how long it took, ms. @throws when it takes longer than the bound */
  async until(what: string, isSo: () => boolean, withinMs = 600_000): Promise<number> {
    const began = this.#now;
    await this.#settle();
    while (!isSo()) {
      if (this.#now - began > withinMs) throw new Error(`${what}: not within ${withinMs} ms`);
      const next = this.#next();
      await this.pass(Math.max(0, Math.min(next ? next.at - this.#now : 10, 1000)));
    }
    return this.#now - began;
  }

  async settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await this.until('a promise', () => isSettled);
    return promise;
  }

  /** Turns of the event loop until the bus is quiet. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet = isUsbBusy() ? 0 : quiet + 1) {
      await new Promise(setImmediate);
      this.onTurn();
    }
  }

  #next() {
    return this.#timers.reduce<{ at: number; run: () => void } | undefined>(
      (first, timer) => (first && first.at <= timer.at ? first : timer),
      undefined,
    );
  }
}

/** In tests: a room with straps, and the radio that is to hear them. */
export class FakeRoom {
  readonly time = new VirtualTime();
  readonly radio: RadioSource;
  readonly events: RadioEvent[] = [];
  /** All that health could have said, each state and fault once for each time it came. */
  readonly history: ReceiverState[] = [];
  #stopStraps: (() => void)[] = [];

  constructor(options: Partial<AntRadioOptions> = {}) {
    const { clock, schedule } = this.time;
    this.radio = createAntRadio({ clock, schedule, random: () => 0.5, ...options });
    this.time.onTurn = () => {
      for (const now of this.radio.receivers()) {
        const last = this.history.findLast(({ radio }) => radio === now.radio);
        if (last?.state !== now.state || last.fault !== now.fault) this.history.push(now);
      }
    };
  }

  start(): this {
    this.radio.start((event) => this.events.push(event));
    return this;
  }

  /** A strap that every one of the sticks can hear, from now on. */
  addStrap(deviceNumber: number, ...sticks: FakeStick[]): void {
    const strap = new AntHeartRateStrap({ deviceNumber });
    let beats = 0;
    let stop = () => {};
    const send = () => {
      beats++;
      strap.onBeat({ atMs: beats * ANT_HEART_RATE_PERIOD_MS, computedBpm: 100, countStep: 1 });
      const frame = strap.broadcast(beats * ANT_HEART_RATE_PERIOD_MS, -60);
      for (const stick of sticks) stick.broadcast(frame);
      stop = this.time.schedule(send, ANT_HEART_RATE_PERIOD_MS);
    };
    send();
    this.#stopStraps.push(() => stop());
  }

  /** Everybody leaves. */
  silence(): void {
    for (const stop of this.#stopStraps.splice(0)) stop();
  }

  receiver(radio = 'ant 1-1.4'): ReceiverState | undefined {
    return this.radio.receivers().find((receiver) => receiver.radio === radio);
  }

  /** Until something is heard that was not heard yet. @returns ms it took */
  async hears(radio = 'ant 1-1.4', withinMs?: number): Promise<number> {
    const from = this.events.length;
    return this.time.until(`${radio} hears`, () => this.events.slice(from).some((event) => event.radio === radio), withinMs);
  }

  async untilState(state: ReceiverState['state'], radio = 'ant 1-1.4', withinMs?: number): Promise<number> {
    return this.time.until(`${radio} ${state}`, () => this.receiver(radio)?.state === state, withinMs);
  }

  async close(): Promise<void> {
    this.silence();
    await this.time.settled(this.radio.close());
  }
}
