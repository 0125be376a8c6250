import Type, { type Static } from 'typebox';
import { DeadLettersOfGateway, StoreId } from './committed.js';
import { Id } from './ids.js';
import {
  MAX_CLOCK_DIFFERENCE_MS,
  MAX_COUNT,
  MAX_INT32,
  MAX_LABEL,
  MAX_RADIOS,
  MAX_SECONDS,
  MAX_SENTENCE,
  MAX_SPOOLS,
  MAX_STRAPS,
} from './limits.js';
import { BatteryState, ClockState, SpoolId, UtcMs } from './reading.js';

const count = Type.Integer({ minimum: 0, maximum: MAX_COUNT });
const label = Type.String({ maxLength: MAX_LABEL });

/** Birth, clean stop and will are one message on one topic, so that no stale `online` stays. */
export const GatewayStatus = Type.Object(
  {
    status: Type.Union([Type.Literal('online'), Type.Literal('offline')]),
    version: label,
    boot: label,
    since: UtcMs,
  },
  { additionalProperties: false, description: 'is the gateway there' },
);
export type GatewayStatus = Static<typeof GatewayStatus>;

export const SpoolLedger = Type.Object(
  {
    spool: SpoolId,
    decoded: count,
    committed: count,
    waiting: count,
    dropped: Type.Record(Type.String({ pattern: '^[a-z][a-z-]{0,31}$' }), count, {
      additionalProperties: false,
      maxProperties: 16,
      description: 'readings dropped, by reason: full, age, disk, rejected, damaged, lost; elsewhere: another store has them',
    }),
    oldest: Type.Integer({
      minimum: 1,
      maximum: MAX_COUNT + 1,
      description: 'lowest number still held, or the next one when none is; at most decoded + 1',
    }),
    oldestAgeMs: Type.Integer({ minimum: 0, maximum: MAX_CLOCK_DIFFERENCE_MS }),
    drained: Type.Boolean(),
  },
  { additionalProperties: false, description: 'decoded = committed + waiting + dropped, to the unit' },
);
export type SpoolLedger = Static<typeof SpoolLedger>;

export const RadioHealth = Type.Object(
  {
    radio: Type.String({ maxLength: MAX_LABEL, description: '`ant 1-1.4` (USB bus and ports), `ble hci0`; without hardware `ant`, `ble`' }),
    state: Type.Union([Type.Literal('searching'), Type.Literal('receiving'), Type.Literal('silent'), Type.Literal('absent')], {
      description:
        'receiving: heard something in the last 10 s; searching: works, but hears nobody; silent: does not answer, or a replay has ended; absent: there is none, or it cannot be used',
    }),
    frames: count,
    badFrames: Type.Integer({
      minimum: 0,
      maximum: MAX_COUNT,
      description: 'wrong checksum, not understood, or cut short (what is whole of a cut notification is kept)',
    }),
    straps: Type.Integer({ minimum: 0, maximum: MAX_COUNT, description: 'sensors that it heard in the last 10 minutes' }),
    restarts: Type.Integer({ minimum: 0, maximum: MAX_COUNT, description: 'how often it was set up anew: unplugged, silent, refused' }),
    fault: Type.Optional(
      Type.String({ maxLength: MAX_SENTENCE, description: 'why it is absent or silent, and what to do: a sentence for people' }),
    ),
  },
  { additionalProperties: false, description: 'one antenna: an ANT+ stick, a Bluetooth adapter, or what stands for one' },
);
export type RadioHealth = Static<typeof RadioHealth>;

export const GatewayHealth = Type.Object(
  {
    at: UtcMs,
    version: label,
    boot: label,
    uptimeS: Type.Integer({ minimum: 0, maximum: MAX_SECONDS }),
    clock: ClockState,
    wallClockAheadMs: Type.Integer({
      minimum: -MAX_CLOCK_DIFFERENCE_MS,
      maximum: MAX_CLOCK_DIFFERENCE_MS,
      description: "how far the machine's wall clock is ahead of the clock of the readings: not near 0 when it was stepped",
    }),
    clockSource: Type.Optional(
      Type.Union([Type.Literal('ntp'), Type.Literal('processor'), Type.Literal('own'), Type.Literal('step'), Type.Literal('given')], {
        description:
          "where the time of the readings comes from: NTP, a processor on another machine, the machine's own clock, that clock after it was set, or given (a replay, or the processor of the same process)",
      }),
    ),
    clockSteps: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_COUNT,
        description: 'how often the time was corrected since the start; each begins a new spool',
      }),
    ),
    clockFault: Type.Optional(
      Type.String({
        maxLength: MAX_SENTENCE,
        description: 'what is wrong with the clock, or was corrected in the last 10 minutes: a sentence for people',
      }),
    ),
    spools: Type.Array(SpoolLedger, {
      maxItems: MAX_SPOOLS,
      description: 'every spool that it holds; the oldest ones when there are more',
    }),
    spoolBytes: Type.Integer({ minimum: 0, maximum: MAX_COUNT, description: 'what the spools take of the disk' }),
    spoolFault: Type.Optional(
      Type.String({
        maxLength: MAX_SENTENCE,
        description: 'why the disk takes nothing at the moment; readings wait in memory, and live ones go on',
      }),
    ),
    deadLetters: Type.Optional(
      Type.Array(DeadLettersOfGateway, {
        maxItems: 8,
        description: 'readings of it that the processor set aside, as `committed` last said',
      }),
    ),
    refusedCommits: Type.Integer({
      minimum: 0,
      maximum: MAX_COUNT,
      description: 'entries of `committed` that went beyond what was sent: forged, or of another card',
    }),
    store: Type.Optional(StoreId),
    foreignStore: Type.Optional(
      Type.String({
        maxLength: MAX_SENTENCE,
        description: 'another store than the known one sent `committed` in the last minute, and what to do: a sentence for people',
      }),
    ),
    radios: Type.Array(RadioHealth, { maxItems: MAX_RADIOS }),
    straps: Type.Array(
      Type.Object(
        {
          sensor: Id,
          lastHeardAt: UtcMs,
          rssiDbm: Type.Optional(Type.Integer({ minimum: -128, maximum: 127 })),
          batteryPercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
          batteryState: Type.Optional(BatteryState),
        },
        { additionalProperties: false },
      ),
      { maxItems: MAX_STRAPS, description: 'sensors of the last 10 minutes; the last heard ones when there are more' },
    ),
    cpuPercent: Type.Number({ minimum: 0, maximum: 102_400, description: '100 for each core' }),
    memoryMb: Type.Number({ minimum: 0, maximum: 16_777_216 }),
    temperatureC: Type.Optional(Type.Number({ minimum: -273.15, maximum: 1000 })),
  },
  { additionalProperties: false, description: 'every 10 s: ledger, spools, radios, straps, clock, machine' },
);
export type GatewayHealth = Static<typeof GatewayHealth>;

const Arguments = Type.Record(Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9]{0,62}$' }), Type.Unknown(), {
  additionalProperties: false,
  maxProperties: 16,
});

export const GatewayRequest = Type.Object(
  { transaction: Type.String({ minLength: 1, maxLength: 64 }), arguments: Type.Optional(Arguments) },
  { additionalProperties: false, description: "an operator's request; the action is the last level of the topic" },
);
export type GatewayRequest = Static<typeof GatewayRequest>;

export const GatewayResponse = Type.Union(
  [
    Type.Object(
      { transaction: Type.String({ maxLength: 64 }), status: Type.Literal('ok'), result: Type.Unknown() },
      { additionalProperties: false },
    ),
    Type.Object(
      { transaction: Type.String({ maxLength: 64 }), status: Type.Literal('error'), error: Type.String({ maxLength: MAX_SENTENCE }) },
      { additionalProperties: false },
    ),
  ],
  { description: "the gateway's answer, with the transaction of the request" },
);
export type GatewayResponse = Static<typeof GatewayResponse>;

export const ProcessorStatus = Type.Object(
  {
    status: Type.Union([Type.Literal('online'), Type.Literal('offline')]),
    version: label,
    epoch: Type.Integer({ minimum: 1, maximum: MAX_INT32 }),
    now: Type.Optional(UtcMs),
    clock: Type.Optional(ClockState),
    machineBoot: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{16}$',
        description:
          'names the boot of the machine that it runs on (a hash): a gateway of the same boot reads the same clock, so `now` proves nothing to it',
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'is the processor there: `online` is said while readings reach it; `now` is its clock; `clock` is `virtual` in a replay and `unsynced` when the processor knows that its clock is not set; the will has neither',
  },
);
export type ProcessorStatus = Static<typeof ProcessorStatus>;
