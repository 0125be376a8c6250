import { processSchedule, type Schedule } from '../pump.js';
import { BluetoothError } from './bluetooth-error.js';

/** Timers and waits of one thing that begins and ends: when it ends, none of them is left, whatever a library still owes. */
export class Lifetime {
  readonly #cancels = new Set<() => void>();
  readonly #rejects = new Set<(reason: Error) => void>();
  readonly #sleepers = new Set<() => void>();
  #endedBy: Error | undefined;

  constructor(private readonly schedule: Schedule = processSchedule) {}

  get isOver(): boolean {
    return this.#endedBy !== undefined;
  }

  /** Runs once, unless the end comes before. @returns cancels it */
  after(delayMs: number, run: () => void): () => void {
    if (this.isOver) return () => {};
    const cancelTimer = this.schedule(() => {
      this.#cancels.delete(cancel);
      run();
    }, delayMs);
    const cancel = () => {
      this.#cancels.delete(cancel);
      cancelTimer();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Settles as the work does. What the work does after the end is nobody's concern any more. @throws the reason of the end */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = (settle: () => void) => {
        this.#rejects.delete(reject);
        settle();
      };
      work.then(
        (value) => done(() => resolve(value)),
        (error) => done(() => reject(error)),
      );
      if (this.#endedBy) reject(this.#endedBy);
      else this.#rejects.add(reject);
    });
  }

  /** As `race`, but no longer than the limit. @param what as in "… did not answer" @throws BluetoothError TIMED_OUT */
  async within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
    let cancel = () => {};
    const tooLate = new Promise<never>((_, reject) => {
      cancel = this.after(limitMs, () => reject(new BluetoothError('TIMED_OUT', `${what} did not answer within ${limitMs / 1000} s`)));
    });
    try {
      return await this.race(Promise.race([work, tooLate]));
    } finally {
      cancel();
    }
  }

  /** @throws the reason of the end */
  async sleep(delayMs: number): Promise<void> {
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#sleepers.add(wake);
    const cancel = this.after(delayMs, wake);
    try {
      await this.race(woken);
    } finally {
      cancel();
      this.#sleepers.delete(wake);
    }
  }

  /** Ends every sleep now. */
  wake(): void {
    for (const wake of this.#sleepers) wake();
  }

  /** The first reason counts. */
  end(reason: Error): void {
    if (this.#endedBy) return;
    this.#endedBy = reason;
    for (const cancel of [...this.#cancels]) cancel();
    for (const reject of this.#rejects) reject(reason);
    this.#rejects.clear();
  }
}
