import Type, { type Static } from 'typebox';
import { MAX_COUNT, MAX_INT32, MAX_RANGES, MAX_READING_NUMBER, MAX_REJECTED, MAX_SENTENCE, MAX_SPOOLS } from './limits.js';
import { SpoolId } from './reading.js';

const ReadingNumber = Type.Integer({ minimum: 1, maximum: MAX_READING_NUMBER });
/** Closed range of reading numbers, both ends included. */
export const NumberRange = Type.Tuple([ReadingNumber, ReadingNumber]);
export type NumberRange = Static<typeof NumberRange>;

/** A batch that the processor cannot read. Its readings count as neither stored nor committed. */
export const RejectedBatch = Type.Object(
  {
    batch: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of its payload, hexadecimal' }),
    reason: Type.String({ maxLength: MAX_SENTENCE, description: 'what is wrong with it' }),
  },
  { additionalProperties: false },
);
export type RejectedBatch = Static<typeof RejectedBatch>;

export const DeadReason = Type.Union(
  [Type.Literal('implausible'), Type.Literal('ahead'), Type.Literal('too-old'), Type.Literal('refused')],
  {
    description:
      'implausible: a value or a field that a reading cannot have; ahead: its time is more than a day ahead; too-old: the store keeps no readings of that time; refused: the store cannot hold it',
  },
);
export type DeadReason = Static<typeof DeadReason>;

/**
 * Readings of a gateway that were set aside as dead letters. That is final: their numbers count as committed, and a corrected reading needs a new number.
 * An operator can replay dead letters once the rules have changed.
 */
export const DeadLettersOfGateway = Type.Object(
  {
    reason: DeadReason,
    readings: Type.Integer({ minimum: 1, maximum: MAX_COUNT }),
    example: Type.String({ maxLength: MAX_SENTENCE, description: 'what is wrong with the last one' }),
  },
  { additionalProperties: false, description: 'their numbers count as committed: a corrected reading needs a new number' },
);
export type DeadLettersOfGateway = Static<typeof DeadLettersOfGateway>;

/** Names the data of one store: random, made with the store and kept in it. A restored backup is the same store. */
export const STORE_ID_PATTERN = '^[0-9a-f]{16}$';
export const StoreId = Type.String({
  pattern: STORE_ID_PATTERN,
  description: 'names the store that speaks; a gateway takes the word of the store that it knows, and of no other',
});

export const Committed = Type.Object(
  {
    store: StoreId,
    epoch: Type.Integer({ minimum: 1, maximum: MAX_INT32, description: 'changes when the processor or its store begins anew' }),
    spools: Type.Array(
      Type.Object(
        {
          spool: SpoolId,
          ranges: Type.Array(NumberRange, {
            maxItems: MAX_RANGES,
            description: 'stored and derived, or dead-lettered; the lowest ones when there are more',
          }),
          gone: Type.Array(NumberRange, { maxItems: MAX_RANGES, description: 'numbers that will never come' }),
          closed: Type.Boolean({ description: 'the processor takes no more of this spool' }),
        },
        { additionalProperties: false },
      ),
      { maxItems: MAX_SPOOLS },
    ),
    rejected: Type.Array(RejectedBatch, { maxItems: MAX_REJECTED, description: 'batches whose envelope cannot be read' }),
    deadLetters: Type.Optional(
      Type.Array(DeadLettersOfGateway, {
        maxItems: 8,
        description: 'readings of this gateway that were set aside since the epoch began, by reason; absent: none',
      }),
    ),
  },
  { additionalProperties: false, description: 'what of a gateway is stored and derived' },
);
export type Committed = Static<typeof Committed>;
