import { BatteryState, ClockState, Id, RadioHealth } from '@pulseboard/contract';
import Type from 'typebox';

const closed = { additionalProperties: false } as const;
const UtcMsInt = Type.Integer({ description: 'UTC ms' });

export const StrapLinkAnswer = Type.Object(
  {
    sensor: Type.String({ description: 'id of the Bluetooth sensor' }),
    twin: Type.String({ description: 'id of the ANT+ sensor' }),
    state: Type.Union([Type.Literal('found'), Type.Literal('given'), Type.Literal('overruled')], {
      description: 'found: their beats agree; given: an operator said that they are one strap; overruled: that they are two',
    }),
    from: Type.Integer({ description: 'since when they count as one, UTC ms' }),
    foundAt: Type.Optional(Type.Integer({ description: 'when their beats were found to agree, UTC ms; absent: never' })),
    settled: Type.Boolean({ description: 'false: stored seconds are still being derived anew' }),
    hasEffect: Type.Boolean({
      description: 'they count as one strap now because of it; not when it is overruled, nor when each is assigned to somebody itself',
    }),
    whyNot: Type.Optional(Type.String({ description: 'a sentence: why it has no effect; absent when it has' })),
    member: Type.Optional(Type.String({ description: 'whom both count for now; absent: each counts for another one' })),
    agreement: Type.Optional(
      Type.Object(
        {
          at: UtcMsInt,
          compared: Type.Integer({ description: 'beats of which both told the interval' }),
          agreed: Type.Integer({ description: 'of those, how many intervals were the same' }),
          log10Chance: Type.Number({
            description: 'decimal logarithm of how probable that is of two people at most; a link is found at -10 and 90 % agreed',
          }),
        },
        { ...closed, description: 'of the last minute in which both were heard' },
      ),
    ),
  },
  closed,
);

export const FleetAnswer = Type.Object(
  {
    gym: Id,
    gateways: Type.Array(
      Type.Object(
        {
          gateway: Id,
          room: Id,
          state: Type.Union([Type.Literal('online'), Type.Literal('offline'), Type.Literal('never-heard')], {
            description: 'never-heard: it is known by name only, from its status or from what is stored of it',
          }),
          offlineSince: Type.Optional(Type.Integer({ description: 'UTC ms; with `offline` only' })),
          reason: Type.Optional(
            Type.String({ description: 'why it is offline or was never heard, and what to do: a sentence for people' }),
          ),
          firstSeenAt: Type.Optional(Type.Integer({ description: 'UTC ms, also by former processors; absent: never' })),
          lastSeenAt: Type.Optional(Type.Integer({ description: 'when anything of it arrived last, UTC ms; absent: never' })),
          clone: Type.Optional(
            Type.Object(
              {
                since: Type.Integer({ description: 'when it was noticed, UTC ms' }),
                speakers: Type.Array(Type.String(), { description: 'their boots, or the spools that they write' }),
                rooms: Type.Array(Id),
                sentence: Type.String({ description: 'what is wrong and what to do, for people' }),
              },
              { ...closed, description: 'two machines use this id now, as after a card was copied; absent: one does' },
            ),
          ),
          at: Type.Optional(Type.Integer({ description: 'when it reported what follows, UTC ms; it does every 10 s' })),
          version: Type.Optional(Type.String()),
          clock: Type.Optional(ClockState),
          clockSource: Type.Optional(
            Type.String({ description: 'where it has the time from: ntp, processor, own, step (its own after it was set) or given' }),
          ),
          clockSteps: Type.Optional(Type.Integer({ description: 'how often its time was corrected since its start' })),
          clockFault: Type.Optional(
            Type.String({ description: 'what is wrong with its clock, or was corrected just now: a sentence for people' }),
          ),
          radios: Type.Array(RadioHealth, { description: 'empty: none, or it has not reported its health to this process' }),
          straps: Type.Array(
            Type.Object(
              {
                sensor: Id,
                lastHeardAt: UtcMsInt,
                rssiDbm: Type.Optional(Type.Integer()),
                batteryPercent: Type.Optional(Type.Integer()),
                batteryState: Type.Optional(BatteryState),
              },
              closed,
            ),
            { description: 'sensors that it heard in the last 10 minutes' },
          ),
        },
        { ...closed, description: 'one gateway: whether it is there, and what it reported of itself last' },
      ),
    ),
    links: Type.Array(StrapLinkAnswer, { description: 'of straps that speak ANT+ and Bluetooth, by sensor' }),
  },
  closed,
);

export const StrapLinkBody = Type.Object(
  { same: Type.Boolean({ description: 'true: the two sensors are one strap; false: they are two' }) },
  closed,
);
