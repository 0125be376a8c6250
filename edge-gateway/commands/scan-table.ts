import type { Id, Reading } from '@pulseboard/contract';
import type { RadioEvent, ReceiverState } from '../radio/radio-source.js';
import { type Refusal, SensorGate } from '../unify/sensor-gate.js';
import { createUnifier, type Unifier } from '../unify/unifier.js';
import { table, wrapped } from './table.js';

/** Frames a second are counted over this long. */
const RATE_WINDOW_MS = 5000;
/** Passing phones must not fill the table. */
const FORGET_AFTER_MS = 600_000;
/** A strap that was not heard for so long stands below those that are. */
const SILENT_AFTER_MS = 10_000;
/** Into a file or pipe a strap that goes on being heard has a line each so often. */
const LINE_AGAIN_AFTER_MS = 5000;
const PROTOCOLS = { 'ant-frame': 'ANT+', 'ble-notification': 'BLE connected', 'ble-advertisement': 'BLE advertised' } as const;

interface Strap {
  protocol: string;
  heartRateBpm?: number | undefined;
  contact?: boolean | undefined;
  refused?: Refusal | undefined;
  heardAt: number;
  /** Of the frames within the window. */
  frameAts: number[];
  /** When it last had a line of its own. */
  lineAt?: number;
}

/** Columns in their order; where they do not fit, that with `leftOut` 1 goes first; 0 always stays. */
const COLUMNS: readonly { title: string; leftOut: number }[] = [
  { title: 'STRAP', leftOut: 0 },
  { title: 'PROTOCOL', leftOut: 3 },
  { title: 'HEART RATE', leftOut: 0 },
  { title: 'BATTERY', leftOut: 2 },
  { title: 'RSSI', leftOut: 0 },
  { title: 'LAST SEEN', leftOut: 0 },
  { title: 'FRAMES/S', leftOut: 1 },
];

/** What is heard, strap by strap, also of those that the rules leave out. Time is the events' own. */
export class ScanTable {
  readonly #straps = new Map<Id, Strap>();
  readonly #all: Unifier = createUnifier(new SensorGate({ allow: ['*'], deny: [] }));
  readonly #taken: Unifier;
  readonly #bad = new Map<string, number>();
  /** Lines of receivers that were written into a file or pipe. */
  readonly #said = new Set<string>();

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

  /**
   * The whole table, the strongest strap first; those that were not heard for 10 s below. No line is longer than `columns`.
   * @param now by the clock of the events
   */
  lines(now: number, receivers: readonly ReceiverState[], columns = Number.POSITIVE_INFINITY): string[] {
    for (const [sensor, { heardAt }] of this.#straps) if (now - heardAt >= FORGET_AFTER_MS) this.#straps.delete(sensor);
    const rows = this.#rows(now);
    const heard = rows.length
      ? fitting(rows, columns)
      : wrapped(receivers.every(({ state }) => state === 'absent') ? NO_RADIO : NOBODY, columns);
    return [...receivers.flatMap((receiver) => wrapped(this.#receiverLine(receiver), columns)), '', ...heard];
  }

  /**
   * Lines for a file or pipe: of each strap that was heard, at first and then every 5 s, and of each receiver whose state changed.
   * @param now by the clock of the events
   */
  newLines(now: number, receivers: readonly ReceiverState[]): string[] {
    const changed = receivers.map((receiver) => this.#receiverLine(receiver)).filter((line) => !this.#said.has(line));
    for (const line of changed) this.#said.add(line);
    const due = ({ heardAt, lineAt }: Strap) => lineAt === undefined || (heardAt > lineAt && now - lineAt >= LINE_AGAIN_AFTER_MS);
    const rows = this.#rows(now).filter(({ sensor }) => due(this.#straps.get(sensor)!));
    for (const { sensor } of rows) this.#straps.get(sensor)!.lineAt = now;
    return [
      ...changed,
      ...rows.map(({ cells, refused }) => [...cells.map((cell, i) => cell.padEnd(LINE_WIDTHS[i]!)), refused].join('  ').trimEnd()),
    ];
  }

  /** The strongest first, then those whose strength is not known, the newest first; at the end those that are silent. */
  #rows(now: number): Row[] {
    const states = new Map(this.#all.straps().map((state) => [state.sensor, state]));
    const unit = (value: number | undefined, text: string) => (value === undefined ? '-' : `${value}${text}`);
    const strength = (sensor: Id) => states.get(sensor)?.rssiDbm ?? Number.NEGATIVE_INFINITY;
    const isSilent = ({ heardAt }: Strap) => Number(now - heardAt >= SILENT_AFTER_MS);
    const order = ([a, of]: [Id, Strap], [b, than]: [Id, Strap]) =>
      isSilent(of) - isSilent(than) || Math.sign(strength(b) - strength(a)) || than.heardAt - of.heardAt || (a < b ? -1 : 1);
    return [...this.#straps].sort(order).map(([sensor, strap]) => {
      const { rssiDbm, batteryPercent } = states.get(sensor) ?? {};
      return {
        sensor,
        refused: strap.refused === undefined ? '' : NOT_TAKEN[strap.refused],
        cells: [
          sensor,
          strap.protocol,
          strap.contact === false ? 'not worn' : unit(strap.heartRateBpm, ' bpm'),
          unit(batteryPercent, ' %'),
          unit(rssiDbm, ' dBm'),
          `${((now - strap.heardAt) / 1000).toFixed(1)} s ago`,
          framesPerSecond(strap, now, this.beganAt).toFixed(1),
        ],
      };
    });
  }

  get size(): number {
    return this.#straps.size;
  }

  #receiverLine({ radio, state, fault, badFrames }: ReceiverState): string {
    const bad = badFrames + (this.#bad.get(radio) ?? 0);
    return `${radio}: ${state}${bad ? `, ${bad} bad frames` : ''}${fault === undefined ? '' : `: ${fault}`}`;
  }
}

interface Row {
  sensor: Id;
  cells: readonly string[];
  /** Why it would be left out; else empty. */
  refused: string;
}

/** Wide enough that lines which are written one after the other stand below each other. */
const LINE_WIDTHS: readonly number[] = [16, 14, 10, 7, 8, 11, 8];

/** As a table with as many columns as fit; why a strap is left out stands behind it, or else below. */
function fitting(rows: readonly Row[], columns: number): string[] {
  const hasReasons = rows.some(({ refused }) => refused !== '');
  const withReasons = table(
    [...COLUMNS.map(({ title }) => title), ''],
    rows.map(({ cells, refused }) => [...cells, refused]),
  );
  if (withReasons.every((line) => line.length <= columns)) return withReasons;
  const steps = Math.max(...COLUMNS.map(({ leftOut }) => leftOut));
  for (let left = 0; ; left++) {
    const isIn = (_: unknown, i: number) => COLUMNS[i]!.leftOut === 0 || COLUMNS[i]!.leftOut > left;
    const [head, ...body] = table(
      COLUMNS.filter(isIn).map(({ title }) => title),
      rows.map(({ cells }) => cells.filter(isIn)),
    );
    if (left < steps && [head!, ...body].some((line) => line.length > columns)) continue;
    const lines = body.flatMap((line, i) => [line, ...(hasReasons && rows[i]!.refused ? wrapped(`  ${rows[i]!.refused}`, columns) : [])]);
    return [head!, ...lines].map((line) => line.slice(0, columns));
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
