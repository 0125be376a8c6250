import Type, { type Static } from 'typebox';
import { Id } from './ids.js';
import { ClockState, SpoolId, UtcMs } from './reading.js';

/** Birth, clean stop and will are one message on one topic, so that no stale `online` stays. */
export const GatewayStatus = Type.Object(
  {
    status: Type.Union([Type.Literal('online'), Type.Literal('offline')]),
    version: Type.String(),
    boot: Type.String(),
    since: UtcMs,
  },
  { additionalProperties: false, description: 'is the gateway there' },
);
export type GatewayStatus = Static<typeof GatewayStatus>;

export const SpoolLedger = Type.Object(
  {
    spool: SpoolId,
    decoded: Type.Integer({ minimum: 0 }),
    committed: Type.Integer({ minimum: 0 }),
    waiting: Type.Integer({ minimum: 0 }),
    dropped: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'readings dropped, by reason: full, age, disk, rejected, damaged, lost',
    }),
    oldest: Type.Integer({ minimum: 1, description: 'lowest number still held, or the next one when none is' }),
    oldestAgeMs: Type.Integer({ minimum: 0 }),
    drained: Type.Boolean(),
  },
  { additionalProperties: false, description: 'decoded = committed + waiting + dropped, to the unit' },
);
export type SpoolLedger = Static<typeof SpoolLedger>;

export const RadioHealth = Type.Object(
  {
    radio: Type.String({ description: '`ant 1-1.4` (USB bus and ports), `ble hci0`; without hardware `ant`, `ble`' }),
    state: Type.Union([Type.Literal('searching'), Type.Literal('receiving'), Type.Literal('silent'), Type.Literal('absent')], {
      description:
        'receiving: heard something in the last 10 s; searching: works, but hears nobody; silent: does not answer, or a replay has ended; absent: there is none, or it cannot be used',
    }),
    frames: Type.Integer({ minimum: 0 }),
    badFrames: Type.Integer({ minimum: 0, description: 'wrong checksum, cut short, or not understood' }),
    straps: Type.Integer({ minimum: 0, description: 'sensors that it heard in the last 10 minutes' }),
    restarts: Type.Integer({ minimum: 0, description: 'how often it was set up anew: unplugged, silent, refused' }),
    fault: Type.Optional(Type.String({ description: 'why it is absent or silent, and what to do: a sentence for people' })),
  },
  { additionalProperties: false, description: 'one antenna: an ANT+ stick, a Bluetooth adapter, or what stands for one' },
);
export type RadioHealth = Static<typeof RadioHealth>;

export const GatewayHealth = Type.Object(
  {
    at: UtcMs,
    version: Type.String(),
    boot: Type.String(),
    uptimeS: Type.Integer({ minimum: 0 }),
    clock: ClockState,
    wallClockAheadMs: Type.Integer({
      description: "how far the machine's wall clock is ahead of the clock of the readings: not near 0 when it was stepped",
    }),
    spools: Type.Array(SpoolLedger, { description: 'every spool that it holds' }),
    spoolBytes: Type.Integer({ minimum: 0, description: 'what the spools take of the disk' }),
    spoolFault: Type.Optional(
      Type.String({ description: 'why the disk takes nothing at the moment; readings wait in memory, and live ones go on' }),
    ),
    refusedCommits: Type.Integer({
      minimum: 0,
      description: 'entries of `committed` that went beyond what was sent: forged, or of another card',
    }),
    radios: Type.Array(RadioHealth),
    straps: Type.Array(
      Type.Object(
        {
          sensor: Id,
          lastHeardAt: UtcMs,
          rssiDbm: Type.Optional(Type.Integer()),
          batteryPercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
        },
        { additionalProperties: false },
      ),
    ),
    cpuPercent: Type.Number({ minimum: 0 }),
    memoryMb: Type.Number({ minimum: 0 }),
    temperatureC: Type.Optional(Type.Number()),
  },
  { additionalProperties: false, description: 'every 10 s: ledger, spools, radios, straps, clock, machine' },
);
export type GatewayHealth = Static<typeof GatewayHealth>;

export const GatewayRequest = Type.Object(
  { transaction: Type.String({ minLength: 1, maxLength: 64 }), arguments: Type.Optional(Type.Record(Type.String(), Type.Unknown())) },
  { additionalProperties: false, description: "an operator's request; the action is the last level of the topic" },
);
export type GatewayRequest = Static<typeof GatewayRequest>;

export const GatewayResponse = Type.Union(
  [
    Type.Object({ transaction: Type.String(), status: Type.Literal('ok'), result: Type.Unknown() }, { additionalProperties: false }),
    Type.Object({ transaction: Type.String(), status: Type.Literal('error'), error: Type.String() }, { additionalProperties: false }),
  ],
  { description: "the gateway's answer, with the transaction of the request" },
);
export type GatewayResponse = Static<typeof GatewayResponse>;

export const ProcessorStatus = Type.Object(
  {
    status: Type.Union([Type.Literal('online'), Type.Literal('offline')]),
    version: Type.String(),
    epoch: Type.Integer({ minimum: 1 }),
    now: Type.Optional(UtcMs),
    clock: Type.Optional(ClockState),
  },
  {
    additionalProperties: false,
    description:
      'is the processor there: `online` is said while readings reach it; `now` is its clock, `clock` says when that is virtual; the will has neither',
  },
);
export type ProcessorStatus = Static<typeof ProcessorStatus>;
