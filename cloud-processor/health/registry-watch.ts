import type { Logger } from 'pino';
import type { Registry } from '../registry/registry.js';

const ASK_EVERY_MS = 2000;
/** An answer that takes longer is none. */
const PATIENCE_MS = 5000;

/** Asks the registry every now and then whether it answers: it may be away for hours before anybody needs it. */
export class RegistryWatch {
  #fault: string | undefined;
  #isAsking = false;

  constructor(
    private readonly registry: Pick<Registry, 'rooms'>,
    private readonly log: Logger,
  ) {}

  get isAway(): boolean {
    return this.#fault !== undefined;
  }

  /** Why it is away, for people. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Never throws. */
  async ask(patienceMs = PATIENCE_MS): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    let timer: NodeJS.Timeout | undefined;
    const answer = this.registry.rooms().then(
      () => undefined,
      (error: Error) => error.message,
    );
    const silence = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`the registry has not answered for ${patienceMs / 1000} s`), patienceMs);
    });
    this.#become(await Promise.race([answer, silence]));
    clearTimeout(timer);
    // Not once more beside one that is still under way.
    await answer;
    this.#isAsking = false;
  }

  /** @returns how to end it */
  start(everyMs = ASK_EVERY_MS): () => void {
    const timer = setInterval(() => void this.ask(), everyMs);
    return () => clearInterval(timer);
  }

  #become(fault: string | undefined): void {
    if (fault !== undefined && this.#fault === undefined) this.log.error({ err: fault }, 'the registry does not answer');
    if (fault === undefined && this.#fault !== undefined) this.log.warn('the registry answers again');
    this.#fault = fault;
  }
}
