import type { Id, Reading } from '@pulseboard/contract';
import type { RadioEvent, ReceiverState } from '../radio/radio-source.js';
import { type Refusal, SensorGate } from '../unify/sensor-gate.js';
import { createUnifier, type Unifier } from '../unify/unifier.js';
import { table } from './table.js';

/** Frames a second are counted over this long. */
const RATE_WINDOW_MS = 5000;
/** Passing phones must not fill the table. */
const FORGET_AFTER_MS = 600_000;
const PROTOCOLS = { 'ant-frame': 'ANT+', 'ble-notification': 'BLE connected', 'ble-advertisement': 'BLE advertised' } as const;

interface Strap {
  protocol: string;
  heartRateBpm?: number | undefined;
  contact?: boolean | undefined;
  refused?: Refusal | undefined;
  heardAt: number;
  /** Of the frames within the window. */
  frameAts: number[];
}

/** What is heard, strap by strap, also of those that the rules leave out. Time is the events' own. */
export class ScanTable {
  readonly #straps = new Map<Id, Strap>();
  readonly #all: Unifier = createUnifier(new SensorGate({ allow: ['*'], deny: [] }));
  readonly #taken: Unifier;
  readonly #bad = new Map<string, number>();

  /**
   * @param gate whose heartbeats a gateway with these settings would take
   * @param beganAt when listening began, by the clock of the events
   */
  constructor(
    gate: SensorGate,
    private readonly beganAt: number,
  ) {
    this.#taken = createUnifier(gate);
  }

  hear(event: RadioEvent): void {
    const { sensor, readings, error } = this.#all.accept(event);
    const { refused } = this.#taken.accept(event);
    const radio = event.radio ?? '';
    if (error) this.#bad.set(radio, (this.#bad.get(radio) ?? 0) + 1);
    if (sensor === undefined) return;
    let strap = this.#straps.get(sensor);
    if (!strap) {
      strap = { protocol: PROTOCOLS[event.kind], heardAt: event.at, frameAts: [] };
      this.#straps.set(sensor, strap);
    }
    strap.protocol = PROTOCOLS[event.kind];
    strap.refused = refused;
    strap.heardAt = event.at;
    strap.frameAts.push(event.at);
    for (const reading of readings) learn(strap, reading);
  }

  /** @param now by the clock of the events */
  lines(now: number, receivers: readonly ReceiverState[]): string[] {
    for (const [sensor, { heardAt }] of this.#straps) if (now - heardAt >= FORGET_AFTER_MS) this.#straps.delete(sensor);
    const states = new Map(this.#all.straps().map((state) => [state.sensor, state]));
    const rows = [...this.#straps].sort(([a], [b]) => (a < b ? -1 : 1));
    const body = rows.map(([sensor, strap]) => {
      const { rssiDbm, batteryPercent } = states.get(sensor) ?? {};
      const unit = (value: number | undefined, text: string) => (value === undefined ? '-' : `${value}${text}`);
      return [
        sensor,
        strap.protocol,
        strap.contact === false ? 'not worn' : unit(strap.heartRateBpm, ' bpm'),
        unit(batteryPercent, ' %'),
        unit(rssiDbm, ' dBm'),
        `${((now - strap.heardAt) / 1000).toFixed(1)} s ago`,
        framesPerSecond(strap, now, this.beganAt).toFixed(1),
        strap.refused === undefined ? '' : NOT_TAKEN[strap.refused],
      ];
    });
    const heard = body.length
      ? table(['STRAP', 'PROTOCOL', 'HEART RATE', 'BATTERY', 'RSSI', 'LAST SEEN', 'FRAMES/S', ''], body)
      : [receivers.every(({ state }) => state === 'absent') ? NO_RADIO : NOBODY];
    return [...receivers.map((receiver) => this.#receiverLine(receiver)), '', ...heard];
  }

  get size(): number {
    return this.#straps.size;
  }

  #receiverLine({ radio, state, fault, badFrames }: ReceiverState): string {
    const bad = badFrames + (this.#bad.get(radio) ?? 0);
    return `${radio}: ${state}${bad ? `, ${bad} bad frames` : ''}${fault === undefined ? '' : `: ${fault}`}`;
  }
}

const NOBODY = 'Nobody is heard yet. A strap sends once it is worn (moisten its electrodes), within some 10 m.';
const NO_RADIO = 'There is no radio to hear anybody with: npm run gateway -- doctor says what is missing, and what mends it.';

const NOT_TAKEN: Record<Refusal, string> = {
  denied: 'left out: in PULSEBOARD_DENY_SENSORS',
  unlisted: 'left out: not in PULSEBOARD_ALLOW_SENSORS',
  weak: 'left out: weaker than PULSEBOARD_MIN_RSSI_DBM',
  rotating: 'left out: its address changes; name it in PULSEBOARD_ALLOW_SENSORS to take it for now',
};

function learn(strap: Strap, { heartRateBpm, contact }: Reading): void {
  if (heartRateBpm !== undefined) strap.heartRateBpm = heartRateBpm;
  strap.contact = contact;
}

/** @param beganAt when listening began: before a whole window has passed, what has passed counts */
function framesPerSecond({ frameAts }: Strap, now: number, beganAt: number): number {
  while (frameAts.length > 0 && frameAts[0]! <= now - RATE_WINDOW_MS) frameAts.shift();
  return frameAts.length / (Math.min(RATE_WINDOW_MS, Math.max(1000, now - beganAt)) / 1000);
}
