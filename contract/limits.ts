/*
 * The bounds of every number, text and list on the wire: a value beyond them is a fault of its sender, and no part has to store or sum it.
 * Each comes from physics or from use, with a wide margin.
 */

/** 48 bits, as the frames of a spool hold: at 10,000 readings a second this lasts 890 years. Every count of readings, frames or bytes shares it. */
export const MAX_READING_NUMBER = 2 ** 48 - 1;
export const MAX_COUNT = MAX_READING_NUMBER;
/** A 32-bit column of a store. Starts of a processor, and sums over one session. */
export const MAX_INT32 = 2 ** 31 - 1;
/** A 16-bit column of a store: beats, samples and RR intervals of one second. */
export const MAX_INT16 = 2 ** 15 - 1;
/** 31 years. */
export const MAX_SECONDS = 1_000_000_000;
/** From 1970 to 2100: two clocks cannot be further apart. */
export const MAX_CLOCK_DIFFERENCE_MS = 4_102_444_800_000;

/** A sentence for people, in characters. */
export const MAX_SENTENCE = 500;
/** Versions, boots, transactions, names of radios. */
export const MAX_LABEL = 100;
/** A gateway opens a spool at each start, and deletes those that are committed: a healthy one holds one to three. */
export const MAX_SPOOLS = 1000;
/** Sensors that one gateway heard in 10 minutes. A room has 80. */
export const MAX_STRAPS = 1000;
export const MAX_RADIOS = 64;
/** Ranges of one spool in one message, lowest first: they merge where they touch, so a healthy spool has one to ten. */
export const MAX_RANGES = 10_000;
/** Batches that one `committed` names as unreadable. One that is not named now is named when it comes again. */
export const MAX_REJECTED = 100;
/** People on one board. */
export const MAX_BOARD_ROWS = 10_000;

/** BLE attributes have at most 512 bytes, ANT+ frames with extended data 24: hexadecimal, with a margin. */
export const MAX_RAW_DIGITS = 1100;
export const MAX_BATCH_READINGS = 1000;
/** A batch on the wire. 1000 readings as gateways send them take 150 to 300 kB. */
export const MAX_BATCH_BYTES = 2 * 1024 * 1024;
