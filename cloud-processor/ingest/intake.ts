import {
  createParser,
  cutSentence,
  cutText,
  type GatewayParams,
  MAX_BATCH_BYTES,
  MAX_READING_NUMBER,
  MAX_SENTENCE,
  Reading,
  ReadingBatchEnvelope,
} from '@pulseboard/contract';
import type { DeadReason } from './dead-letter.js';

const envelopeParser = createParser(ReadingBatchEnvelope, 'batch');
const readingParser = createParser(Reading, 'reading');

/** A wall clock that is wrong by more than this is no clock. */
const MAX_AHEAD_MS = 24 * 3600 * 1000;

/** The envelope of a batch cannot be read: the gateway gets the reason, and sets the batch aside. */
export class BatchUnreadableError extends Error {
  readonly code = 'BATCH_UNREADABLE';
}

/** A batch that its sender may not send: the sender gets no answer. */
export class BatchForeignError extends Error {
  readonly code = 'BATCH_FOREIGN';
}

/**
 * Checks what came on a gateway's readings topic; its readings are still unjudged.
 * @param payload the parsed JSON, or whatever else arrived
 * @param bytes of the message
 * @throws BatchUnreadableError, BatchForeignError
 */
export function openBatch(from: GatewayParams, payload: unknown, bytes = 0): ReadingBatchEnvelope {
  if (bytes > MAX_BATCH_BYTES) throw new BatchUnreadableError(`batch: ${bytes} bytes are more than ${MAX_BATCH_BYTES}`);
  let batch: ReadingBatchEnvelope;
  try {
    batch = envelopeParser.parse(payload);
  } catch (error) {
    throw new BatchUnreadableError(cutSentence((error as Error).message, MAX_SENTENCE));
  }
  const last = batch.first + batch.readings.length - 1;
  if (last > MAX_READING_NUMBER) throw new BatchUnreadableError(`batch: its last number ${last} is beyond ${MAX_READING_NUMBER}`);
  if (batch.gateway !== from.gateway) throw new BatchForeignError(`gateway "${batch.gateway}" spoke on the topic of "${from.gateway}"`);
  return batch;
}

/** A spool belongs to one gateway of one gym, whatever room it is in. @throws BatchForeignError */
export function demandOwner(spool: string, from: GatewayParams, owner: GatewayParams | undefined): void {
  if (owner && (owner.gym !== from.gym || owner.gateway !== from.gateway))
    throw new BatchForeignError(`spool "${spool}" belongs to gateway "${owner.gateway}"`);
}

/** What a reading is judged by. */
export interface Rules {
  /** The processor's clock, UTC ms. */
  now: number;
  /** How long the store keeps readings. */
  readingsMs: number;
}

/** By the processor's clock it is a day ahead, or older than what the store keeps. @param at UTC ms */
export const isOutOfTime = (at: number | undefined, { now, readingsMs }: Rules): boolean =>
  at !== undefined && (at > now + MAX_AHEAD_MS || at < now - readingsMs);

export type Judged = { reading: Reading } | { reason: DeadReason; detail: string };

/** Whether a reading can be stored as one. @param candidate of a batch, or of a dead letter */
export function judge(candidate: unknown, { now, readingsMs }: Rules): Judged {
  const at = (candidate as { at?: unknown } | null)?.at;
  if (typeof at === 'number') {
    if (at > now + MAX_AHEAD_MS) return { reason: 'ahead', detail: `Its time ${at} is more than a day ahead of ${now}.` };
    if (at < now - readingsMs) return { reason: 'too-old', detail: `Its time ${at} is before what the store keeps, at ${now}.` };
  }
  try {
    return { reading: readingParser.parse(candidate) };
  } catch (error) {
    return { reason: 'implausible', detail: cutSentence(`This is not a valid reading: ${(error as Error).message}.`, MAX_SENTENCE) };
  }
}

/** A reading within the bounds of the contract has at most 1,100 digits and 255 intervals. */
export const MAX_PAYLOAD = 8000;

/** A dead letter's payload as JSON text, whatever it is. One beyond every bound of a reading is shortened: `{shortened, characters}`. */
export function payloadText(candidate: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(candidate);
  } catch {
    return '"nested too deeply"';
  }
  return text.length <= MAX_PAYLOAD ? text : JSON.stringify({ shortened: cutText(text, MAX_PAYLOAD / 4), characters: text.length });
}
