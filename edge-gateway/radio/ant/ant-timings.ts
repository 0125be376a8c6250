/** How patient the driver is, in ms. */
export interface AntTimings {
  /** A stick that says nothing at all for this long is asked whether it is there. */
  silentAfterMs: number;
  /** One that does not answer within this is reset. */
  answerWithinMs: number;
  /** From opening a stick to its scan. */
  handshakeWithinMs: number;
  /** A stick that works but hears nobody for this long may have lost its scan, and is set up anew; while it hears nobody after that either the wait doubles up to the maximum. */
  renewAfterMs: number;
  maxRenewAfterMs: number;
  /** Between attempts to open a stick; doubles from one to the next. */
  minBackOffMs: number;
  maxBackOffMs: number;
  /** How often the list of USB devices is looked at, for where plugging gives no event. */
  lookEveryMs: number;
  /** Each step of releasing a stick may take so long. */
  releaseStepMs: number;
}

export const antTimings: Readonly<AntTimings> = {
  silentAfterMs: 10_000,
  answerWithinMs: 2000,
  handshakeWithinMs: 5000,
  renewAfterMs: 60_000,
  maxRenewAfterMs: 600_000,
  minBackOffMs: 1000,
  maxBackOffMs: 60_000,
  lookEveryMs: 5000,
  releaseStepMs: 1000,
};

/** Health calls a receiver `receiving` when it heard a sensor within this. */
export const RECEIVING_WITHIN_MS = 10_000;
