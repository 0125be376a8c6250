import Type, { type Static } from 'typebox';
import { Id } from './ids.js';
import { MAX_BOARD_ROWS, MAX_COUNT, MAX_INT16, MAX_INT32, MAX_LABEL, MAX_SECONDS, MAX_SENTENCE } from './limits.js';
import { UtcMs } from './reading.js';

const bpm = Type.Integer({ minimum: 25, maximum: 240 });
/** Of one second. */
const count = Type.Integer({ minimum: 0, maximum: MAX_INT16 });
/** 240 bpm at the lowest HRmax of 60. */
const MAX_PERCENT = 400;

/** Replays of old recordings begin before 2020. */
const secondBounds = { minimum: 0, maximum: 4_102_444_800_000 };

/** The fields of a stored second. Integers only where they are summed: sums of them do not depend on an order. */
const memberSecondFields = {
  gym: Id,
  room: Id,
  member: Id,
  at: Type.Integer({ ...secondBounds, description: 'begin of the second, UTC ms, a multiple of 1000' }),
  sensor: Id,
  gateway: Id,
  meanBpm: Type.Number({ minimum: 25, maximum: 240, description: 'to a tenth' }),
  minBpm: bpm,
  maxBpm: bpm,
  samples: Type.Integer({
    minimum: 0,
    maximum: MAX_INT16,
    description: 'readings with a new beat that the mean is made of; 0 in a held second',
  }),
  beats: count,
  meanRrMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 64_000, description: 'to a tenth' })),
  percentOfMax: Type.Number({ minimum: 0, maximum: MAX_PERCENT, description: 'of HRmax, to a tenth' }),
  hrMaxBpm: Type.Integer({ minimum: 60, maximum: 260 }),
  hrMaxAssumed: Type.Boolean(),
  zone: Type.Integer({ minimum: 0, maximum: 5 }),
  microKcal: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_INT32, description: 'absent: weight or age unknown' })),
  pointSixtieths: Type.Integer({ minimum: 0, maximum: 5, description: 'the zone number: sixty of them are a point' }),
  steps: Type.Optional(
    Type.Integer({ minimum: 0, maximum: MAX_INT32, description: 'absent: unknown, as nothing that counts steps was heard in this second' }),
  ),
  rrDifferences: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_INT16,
      description: 'differences between RR intervals that follow each other; absent: none is known',
    }),
  ),
  rrSquaredDifferencesMs2: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: MAX_INT32,
      description: 'sum of their squares, each rounded to a whole ms²: RMSSD is √(sum ÷ differences)',
    }),
  ),
  held: Type.Boolean({ description: 'no new beat in this second; held from the last one, at most 5 s' }),
};

export const MemberSecond = Type.Object(memberSecondFields, { additionalProperties: false, description: 'one second of one member' });
export type MemberSecond = Static<typeof MemberSecond>;

/** As published: with the nickname of a member who consented. */
export const PublishedMemberSecond = Type.Object(
  { ...memberSecondFields, nickname: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })) },
  { additionalProperties: false, description: 'one second of one member; nickname only with consent' },
);
export type PublishedMemberSecond = Static<typeof PublishedMemberSecond>;

export const Session = Type.Object(
  {
    gym: Id,
    room: Id,
    session: Id,
    kind: Type.Union([Type.Literal('open-gym'), Type.Literal('class')]),
    state: Type.Union([Type.Literal('running'), Type.Literal('ended')]),
    startedAt: UtcMs,
    endedAt: Type.Optional(UtcMs),
  },
  { additionalProperties: false, description: 'what goes on in the room' },
);
export type Session = Static<typeof Session>;

export const RankBy = Type.Union([
  Type.Literal('points'),
  Type.Literal('percentOfMax'),
  Type.Literal('bpm'),
  Type.Literal('calories'),
  Type.Literal('steps'),
]);
export type RankBy = Static<typeof RankBy>;
export const RANKINGS = ['points', 'percentOfMax', 'bpm', 'calories', 'steps'] as const satisfies readonly RankBy[];

/** One line of the board. Live values are absent while unknown; totals are of the session. */
export const BoardRow = Type.Object(
  {
    rank: Type.Integer({ minimum: 1, maximum: MAX_BOARD_ROWS }),
    member: Id,
    nickname: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'only with consent' })),
    guest: Type.Boolean(),
    sensor: Id,
    signal: Type.Union([Type.Literal('live'), Type.Literal('weak'), Type.Literal('lost')], {
      description: 'weak after 3 s, lost after 10 s',
    }),
    lastReadingAt: UtcMs,
    bpm: Type.Optional(bpm),
    percentOfMax: Type.Optional(Type.Number({ minimum: 0, maximum: MAX_PERCENT })),
    zone: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
    hrMaxBpm: Type.Integer({ minimum: 60, maximum: 260 }),
    hrMaxAssumed: Type.Boolean(),
    points: Type.Number({ minimum: 0, maximum: MAX_SECONDS, description: 'to a hundredth' }),
    kcal: Type.Optional(Type.Number({ minimum: 0, maximum: MAX_SECONDS, description: 'to a tenth; absent: weight or age unknown' })),
    steps: Type.Optional(
      Type.Integer({ minimum: 0, maximum: MAX_COUNT, description: 'absent: unknown, as nothing that counts steps was worn' }),
    ),
    seconds: Type.Integer({ minimum: 0, maximum: MAX_SECONDS, description: 'stored seconds of this session' }),
    batteryPercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    batteryLow: Type.Boolean(),
    joinedAt: UtcMs,
  },
  { additionalProperties: false },
);
export type BoardRow = Static<typeof BoardRow>;

export const Board = Type.Object(
  {
    gym: Id,
    room: Id,
    at: UtcMs,
    rankBy: RankBy,
    session: Type.Optional(Session),
    members: Type.Array(BoardRow, { maxItems: MAX_BOARD_ROWS }),
  },
  { additionalProperties: false, description: 'the ranked board of a room' },
);
export type Board = Static<typeof Board>;

export const Alert = Type.Object(
  {
    gym: Id,
    room: Id,
    at: UtcMs,
    kind: Type.String({ maxLength: MAX_LABEL }),
    severity: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('critical')]),
    member: Type.Optional(Id),
    gateway: Type.Optional(Id),
    message: Type.String({ maxLength: MAX_SENTENCE }),
  },
  { additionalProperties: false, description: 'something that a person should look at' },
);
export type Alert = Static<typeof Alert>;
