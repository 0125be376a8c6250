/** What a processor says of the time, as far as it is a proof. */
export interface ProcessorTime {
  /** UTC − provisional time, ms. */
  offsetMs: number;
  /** Messages that agree, at least a second apart. */
  count: number;
  /** From the first to the last of them, ms. */
  spanMs: number;
}

/** Whether a time may be taken: it is near the machine's own clock; it is far from it, but proved well; or not. */
export type Proof = 'near' | 'far' | 'none';

/** What arrives within this after another message may have waited in the same queue, and counts as one with it. */
const APART_MS = 1000;
/** `now` advances with monotonic time up to this: two messages are never held up alike to the millisecond. */
const IN_STEP_MS = 1000;
/** Processors whose clocks differ by more contradict each other. */
const CONTRADICTS_MS = 2000;
/** A processor that was not heard for so long says nothing any more: it speaks every 3 s. */
const SILENT_MS = 15_000;
const KEPT_MESSAGES = 12;
/** Names on a topic are free: a client that makes them up must not fill the memory. */
const MOST_PROCESSORS = 8;

interface Heard {
  offsetMs: number;
  /** Monotonic ms of the first message of this moment. */
  atMs: number;
}

/**
 * The status messages of processors. One message proves nothing: a bridge or a slow connection may deliver it minutes late. Two whose `now` advances in step with
 * monotonic time do, unless another processor contradicts them. Pure.
 */
export class ProcessorWords {
  readonly #heard = new Map<string, { isSameMachine: boolean; messages: Heard[] }>();

  /** @param isSameMachine it reads the clock of this machine: it proves nothing, but it can contradict others */
  hear(processor: string, offsetMs: number, monotonicMs: number, isSameMachine: boolean): void {
    const known = this.#heard.get(processor) ?? { isSameMachine, messages: [] };
    known.isSameMachine = isSameMachine;
    this.#heard.delete(processor);
    this.#heard.set(processor, known);
    const last = known.messages.at(-1);
    // A message that was held up makes UTC seem earlier, never later.
    if (last && monotonicMs - last.atMs < APART_MS) last.offsetMs = Math.max(last.offsetMs, offsetMs);
    else known.messages.push({ offsetMs, atMs: monotonicMs });
    if (known.messages.length > KEPT_MESSAGES) known.messages.shift();
    if (this.#heard.size > MOST_PROCESSORS) this.#heard.delete(this.#heard.keys().next().value!);
  }

  /** @returns undefined while nothing is proved, or when processors contradict each other about it */
  proved(monotonicMs: number, proofOf: (time: ProcessorTime) => Proof): ProcessorTime | undefined {
    const recent = this.#recent(monotonicMs);
    const proofs = recent.filter(({ isSameMachine }) => !isSameMachine).flatMap(({ messages }) => inStep(messages) ?? []);
    const near = proofs.filter((time) => proofOf(time) === 'near');
    const best = near[0] ?? proofs.find((time) => proofOf(time) === 'far');
    if (!best) return undefined;
    // One that is far away does not keep a gateway from the processor that agrees with it.
    const rivals = [
      ...(near.length > 0 ? near : proofs).map(({ offsetMs }) => offsetMs),
      ...recent.filter(({ isSameMachine }) => isSameMachine).map(({ messages }) => messages.at(-1)!.offsetMs),
    ];
    return rivals.every((offsetMs) => Math.abs(offsetMs - best.offsetMs) <= CONTRADICTS_MS) ? best : undefined;
  }

  clear(): void {
    this.#heard.clear();
  }

  #recent(monotonicMs: number) {
    return [...this.#heard.values()].filter(({ messages }) => monotonicMs - messages.at(-1)!.atMs <= SILENT_MS);
  }
}

/** The run of newest messages that agree with the last one. @returns undefined for a single message */
function inStep(messages: readonly Heard[]): ProcessorTime | undefined {
  const last = messages.at(-1)!;
  const agreeing = messages.filter(({ offsetMs }) => Math.abs(offsetMs - last.offsetMs) <= IN_STEP_MS);
  if (agreeing.length < 2) return undefined;
  return {
    offsetMs: Math.max(...agreeing.map(({ offsetMs }) => offsetMs)),
    count: agreeing.length,
    spanMs: last.atMs - agreeing[0]!.atMs,
  };
}
