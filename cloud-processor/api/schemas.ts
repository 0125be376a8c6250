import { Board, Id, MemberSecond } from '@pulseboard/contract';
import Type from 'typebox';

const closed = { additionalProperties: false } as const;
const count = Type.Integer({ minimum: 0 });
const UtcMsInt = Type.Integer({ description: 'UTC ms' });

/** What the API answers, as JSON Schema: the OpenAPI document shows them, tests hold the answers against them. */
export const HealthAnswer = Type.Object(
  {
    status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')], { description: 'degraded: there is at least one problem' }),
    problems: Type.Array(
      Type.Object(
        {
          code: Type.String({ description: 'for programs, such as store-away, not-subscribed, all-readings-duplicate, gateway-offline' }),
          sentence: Type.String({ description: 'what is wrong and what to do, for people' }),
          stopsData: Type.Boolean({
            description: 'people who train now are missing on the board or in the store because of it: /healthz answers 503',
          }),
          rooms: Type.Optional(Type.Array(Type.String(), { description: 'rooms that it concerns, `gym/room`; absent: all of them' })),
        },
        closed,
      ),
      { description: 'empty: nothing is wrong' },
    ),
    version: Type.String(),
    epoch: Type.Integer(),
    now: Type.Integer({ description: "the processor's clock, UTC ms; virtual in a replay" }),
    uptimeS: Type.Integer(),
    broker: Type.Union([Type.Literal('connected'), Type.Literal('away')]),
    store: Type.Union([Type.Literal('ok'), Type.Literal('away')], {
      description: 'away: readings are shown and not kept; the gateways keep them',
    }),
    storeFault: Type.Optional(Type.String({ description: 'why the store is away, for people' })),
    subscribed: Type.Boolean({ description: 'the broker has accepted the subscriptions: what gateways publish arrives' }),
    registry: Type.Union([Type.Literal('ok'), Type.Literal('away')], {
      description: 'away: gyms, members and sessions cannot be asked; rooms that are known go on',
    }),
    registryFault: Type.Optional(Type.String({ description: 'why the registry is away, for people' })),
    reception: Type.Union(
      [Type.Literal('receiving'), Type.Literal('quiet'), Type.Literal('no-gateway-online'), Type.Literal('no-gateway')],
      {
        description:
          'receiving: a batch came within the last 10 s; quiet: gateways are online, and nobody wears a strap; no-gateway-online: those that are known are offline; no-gateway: none is known yet',
      },
    ),
    lastBatchAt: Type.Optional(Type.Integer({ description: 'when the last batch arrived, UTC ms; absent: none since the start' })),
    gateways: Type.Object({ online: count, offline: count, neverHeard: count }, { ...closed, description: 'of all gyms' }),
    derivedUntil: Type.Integer({ description: 'end of the last derived second, UTC ms' }),
    readings: Type.Object(
      {
        received: Type.Integer(),
        stored: Type.Integer(),
        duplicate: Type.Integer(),
        deadLettered: Type.Integer(),
        turnedAway: Type.Integer(),
        waiting: Type.Integer(),
      },
      {
        ...closed,
        description:
          'of this process; received = stored + deadLettered + duplicate + turnedAway + waiting; turned away: the store was away or slow, the gateways still have them',
      },
    ),
    refusedBatches: Type.Integer(),
    failedFlushes: Type.Integer(),
    clockFaults: Type.Integer({
      description: 'readings that were ahead of their arrival, or 5 s late although just made: the clocks of gateway and processor differ',
    }),
    memoryMb: Type.Integer(),
  },
  closed,
);

const ledgerCounts = {
  decoded: Type.Integer({
    minimum: 0,
    description: 'readings that the gateway made, as far as anybody knows: decoded = committed + dropped + open',
  }),
  committed: Type.Integer({ minimum: 0, description: 'stored + deadLettered' }),
  stored: count,
  deadLettered: count,
  gone: Type.Integer({ minimum: 0, description: 'numbers that will never come' }),
  waitingHere: Type.Integer({ minimum: 0, description: 'taken, and on the way to the store' }),
  dropped: Type.Record(Type.String(), count, {
    description: 'given up by the gateway, by reason, but for those that were stored after all',
  }),
  open: Type.Integer({ minimum: 0, description: 'at the gateway, or on the way' }),
  abandoned: Type.Integer({
    minimum: 0,
    description: 'those of `open` in spools that their gateway has not named for a minute, although it speaks; 0 again when it does',
  }),
};

export const LedgerAnswer = Type.Object(
  {
    epoch: Type.Integer({ description: 'changes when the processor or its store begins anew' }),
    thisEpoch: Type.Object(
      { received: count, stored: count, deadLettered: count, duplicate: count, waiting: count, turnedAway: count },
      { ...closed, description: 'readings of all gateways; received is the sum of the others, to the unit' },
    ),
    spools: Type.Array(
      Type.Object(
        {
          gym: Id,
          room: Id,
          gateway: Id,
          spool: Type.String(),
          ...ledgerCounts,
          closed: Type.Boolean({ description: 'nothing more is taken of it' }),
          lastListedAt: Type.Optional(Type.Integer({ description: 'when its gateway last said that it holds it, UTC ms; absent: never' })),
        },
        closed,
      ),
    ),
    totals: Type.Object(ledgerCounts, { ...closed, description: 'of the spools that are listed here' }),
  },
  closed,
);

export const DeadLettersAnswer = Type.Object(
  {
    deadLetters: Type.Array(
      Type.Object(
        {
          gym: Id,
          room: Id,
          gateway: Id,
          spool: Type.String(),
          number: Type.Integer({ minimum: 1 }),
          arrivedAt: UtcMsInt,
          reason: Type.String({ description: 'implausible, ahead, too-old or refused' }),
          detail: Type.String(),
          payload: Type.String({ description: 'the reading as it came, JSON text' }),
        },
        closed,
      ),
      { description: 'newest first' },
    ),
    nextAfter: Type.Optional(Type.String({ description: 'there are more: ask again with this as `after`' })),
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
