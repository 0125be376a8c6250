import Type, { type Static } from 'typebox';
import { Id } from './ids.js';
import { MAX_BATCH_READINGS, MAX_RAW_DIGITS, MAX_READING_NUMBER } from './limits.js';

/** The begin of 2020. */
export const MIN_UTC_MS = 1_577_836_800_000;
/** The begin of 2100. */
export const MAX_UTC_MS = 4_102_444_800_000;
/** UTC milliseconds since 1970 as an integer, after 2020 and before 2100: anything else is no time of a reading. */
export const UtcMs = Type.Integer({ minimum: MIN_UTC_MS, maximum: MAX_UTC_MS, description: 'UTC milliseconds since 1970' });

export const MIN_PLAUSIBLE_BPM = 25;
export const MAX_PLAUSIBLE_BPM = 240;
/** The strap's counters wrap at these values. */
export const BEAT_COUNT_WRAP = 256;
export const ANT_SDM_STEPS_WRAP = 512;
/** 32 bits of a tenth of a metre: the total distance of a BLE running sensor (0x2A53). */
const MAX_DISTANCE_M = 429_496_729.5;

/** What a sensor says of its battery in words; `low` and `critical` ask for a new one. */
export const BatteryState = Type.Union(
  [Type.Literal('new'), Type.Literal('good'), Type.Literal('ok'), Type.Literal('low'), Type.Literal('critical')],
  { description: 'state of the battery as the sensor names it' },
);
export type BatteryState = Static<typeof BatteryState>;

/** One decoded observation of one sensor by one gateway. A missing field is unknown, never 0 or −1. */
export const Reading = Type.Object(
  {
    sensor: Type.String({
      pattern: '^[a-z0-9][a-z0-9_-]{0,56}$',
      description: 'id of the strap or foot pod; short enough for `guest-` before it',
    }),
    at: UtcMs,
    heartRateBpm: Type.Optional(Type.Integer({ minimum: MIN_PLAUSIBLE_BPM, maximum: MAX_PLAUSIBLE_BPM })),
    beatTimeMs: Type.Optional(Type.Number({ minimum: 0, maximum: 64_000, description: "strap's clock at its last beat, wraps at 64 s" })),
    beatCount: Type.Optional(Type.Integer({ minimum: 0, maximum: BEAT_COUNT_WRAP - 1, description: "strap's beat counter, wraps at 256" })),
    beats: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 255, description: 'beats since the last reading, from a strap that has no beat counter' }),
    ),
    rrIntervalsMs: Type.Optional(
      Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 64_000 }), { maxItems: 255, description: 'RR intervals, oldest first' }),
    ),
    rrComputed: Type.Optional(
      Type.Boolean({ description: 'true: the strap makes its RR intervals from an average; they are not for heart-rate variability' }),
    ),
    rrIncomplete: Type.Optional(
      Type.Boolean({ description: 'true: the strap sent intervals that no heart makes, and they are left out of `rrIntervalsMs`' }),
    ),
    contact: Type.Optional(Type.Boolean({ description: 'false: the strap says that it is not worn' })),
    batteryPercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    batteryState: Type.Optional(BatteryState),
    steps: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: "sensor's step counter; of an ANT+ foot pod it wraps at 512" }),
    ),
    cadenceSpm: Type.Optional(Type.Number({ minimum: 0, maximum: 1000, description: 'steps of both feet a minute' })),
    speedMps: Type.Optional(Type.Number({ minimum: 0, maximum: 256, description: 'speed in m/s' })),
    strideLengthM: Type.Optional(Type.Number({ minimum: 0, maximum: 656, description: 'stride length in m' })),
    running: Type.Optional(Type.Boolean({ description: 'true: the sensor says running, false: it says walking' })),
    distanceM: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: MAX_DISTANCE_M,
        description: "sensor's distance counter; of an ANT+ foot pod it wraps at 256 m",
      }),
    ),
    energyKj: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description: "sensor's counter of expended energy; stored, and used by nothing yet: kcal are computed from the heart rate",
      }),
    ),
    totalSteps: Type.Optional(Type.Integer({ minimum: 0, maximum: 33_554_430, description: 'steps since the foot pod was started' })),
    totalDistanceM: Type.Optional(Type.Number({ minimum: 0, maximum: 16_777_216, description: 'metres since the foot pod was started' })),
    kcal: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, description: "foot pod's own energy counter in kcal; it wraps at 256" })),
    rssiDbm: Type.Optional(Type.Integer({ minimum: -128, maximum: 127 })),
    raw: Type.Optional(
      Type.String({
        pattern: '^([0-9a-f]{2})*$',
        maxLength: MAX_RAW_DIGITS,
        description: 'the bytes it was decoded from, hexadecimal',
      }),
    ),
  },
  { additionalProperties: false, description: 'one decoded observation of one sensor by one gateway' },
);
export type Reading = Static<typeof Reading>;

/** How far a gateway trusts its wall clock. */
export const ClockState = Type.Union([Type.Literal('synced'), Type.Literal('unsynced'), Type.Literal('virtual')], {
  description:
    'synced: taken from NTP or from a processor on another machine; unsynced: the own clock, which nothing has confirmed; virtual: a replay',
});
export type ClockState = Static<typeof ClockState>;

/** Random id of a spool: a process start of a gateway opens a new one. */
export const SpoolId = Type.String({ pattern: '^[a-z0-9]{8,32}$' });

const batchEnvelope = {
  v: Type.Literal(1),
  gateway: Id,
  spool: SpoolId,
  first: Type.Integer({
    minimum: 1,
    maximum: MAX_READING_NUMBER,
    description: 'number of the first reading within its spool; the others follow without gaps',
  }),
  oldest: Type.Integer({
    minimum: 1,
    maximum: MAX_READING_NUMBER,
    description: 'lowest number that the gateway still holds, at most `first`',
  }),
  boot: Type.String({ minLength: 1, maxLength: 64 }),
  sentAt: UtcMs,
  clock: ClockState,
};

export const ReadingBatch = Type.Object(
  { ...batchEnvelope, readings: Type.Array(Reading, { minItems: 1, maxItems: MAX_BATCH_READINGS }) },
  { additionalProperties: false, description: 'a run of readings of one spool' },
);
export type ReadingBatch = Static<typeof ReadingBatch>;

/** The batch with its readings unjudged: one bad reading must not cost its neighbours. */
export const ReadingBatchEnvelope = Type.Object(
  { ...batchEnvelope, readings: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_BATCH_READINGS }) },
  { additionalProperties: false },
);
export type ReadingBatchEnvelope = Static<typeof ReadingBatchEnvelope>;
