import { Board, Id, MemberSecond } from '@pulseboard/contract';
import Type from 'typebox';

const closed = { additionalProperties: false } as const;
const UtcMsInt = Type.Integer({ description: 'UTC ms' });

/** What the API answers, as JSON Schema: the OpenAPI document shows them, tests hold the answers against them. */
export const HealthAnswer = Type.Object(
  {
    status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')]),
    version: Type.String(),
    epoch: Type.Integer(),
    now: Type.Integer({ description: "the processor's clock, UTC ms; virtual in a replay" }),
    uptimeS: Type.Integer(),
    broker: Type.Union([Type.Literal('connected'), Type.Literal('away')]),
    derivedUntil: Type.Integer({ description: 'end of the last derived second, UTC ms' }),
    readings: Type.Object(
      {
        received: Type.Integer(),
        stored: Type.Integer(),
        duplicate: Type.Integer(),
        refused: Type.Integer(),
        turnedAway: Type.Integer(),
        waiting: Type.Integer(),
      },
      {
        ...closed,
        description:
          'of this process; received = stored + duplicate + refused + turnedAway + waiting; turned away: the store was away, the gateways still have them',
      },
    ),
    refusedBatches: Type.Integer(),
    failedFlushes: Type.Integer(),
    clockFaults: Type.Integer({ description: 'readings kept off the boards because they were ahead of their arrival' }),
    memoryMb: Type.Integer(),
  },
  closed,
);

const summary = {
  seconds: Type.Integer({ description: 'stored seconds in the span' }),
  meanBpm: Type.Optional(Type.Number({ description: 'mean over stored seconds, to a tenth; absent when there is none' })),
  minBpm: Type.Optional(Type.Integer()),
  maxBpm: Type.Optional(Type.Integer()),
};

export const MemberHeartRateAnswer = Type.Object(
  {
    member: Id,
    from: UtcMsInt,
    to: UtcMsInt,
    ...summary,
    perSecond: Type.Array(MemberSecond, { description: 'the earliest ones, at most `limit`' }),
    nextFrom: Type.Optional(Type.Integer({ description: 'there is more: ask again from here' })),
  },
  closed,
);

export const RoomHeartRateAnswer = Type.Object(
  {
    gym: Id,
    room: Id,
    from: UtcMsInt,
    to: UtcMsInt,
    perSecond: Type.Array(
      Type.Object(
        { at: UtcMsInt, members: Type.Integer(), meanBpm: Type.Number(), minBpm: Type.Integer(), maxBpm: Type.Integer() },
        closed,
      ),
      { description: 'seconds in which somebody has a heart rate; the earliest ones, at most `limit`' },
    ),
    nextFrom: Type.Optional(Type.Integer({ description: 'there is more: ask again from here' })),
  },
  closed,
);

export const BoardAnswer = Board;

export const ProblemAnswer = Type.Object(
  { type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.String(), instance: Type.String() },
  { ...closed, description: 'RFC 9457 problem details' },
);
