import type { MachineTimes } from '../clock/anchored-clock.js';

export const BOOTED_AT = 1_700_000_000_000;

/** A machine whose clocks go as a test wants: it runs, sleeps, and has its wall clock stepped. */
export class TestMachine {
  /** Since the boot. */
  awakeMs = 0;
  asleepMs = 0;
  /** Wall clock − truth. */
  wallErrorMs = 0;

  constructor(
    /** Uptime tells whole multiples of this. */
    readonly uptimeStepMs = 10,
    readonly uptimeAheadMs = 0,
  ) {}

  get trueMs(): number {
    return BOOTED_AT + this.awakeMs + this.asleepMs;
  }

  readonly monotonic = (): number => this.awakeMs;
  readonly uptime = (): number => Math.floor((this.awakeMs + this.asleepMs + this.uptimeAheadMs) / this.uptimeStepMs) * this.uptimeStepMs;
  readonly wall = (): number => Math.floor(this.trueMs + this.wallErrorMs);
  readonly times = (): MachineTimes => ({ uptimeMs: this.uptime(), wallMs: this.wall(), monotonicMs: this.monotonic() });
}
