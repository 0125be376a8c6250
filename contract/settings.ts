import { type BrokerUrlError, brokerAddress } from './broker-url.js';
import { bleSensorId, canMatchSensor, isId } from './ids.js';
import { UserFacingError } from './user-facing-error.js';
import { parseUtcTime } from './utc-time.js';

/**
 * Every setting of every part, once: name, default, meaning, and how its text becomes a value.
 * Parts pick theirs with `readSettings`; the tables in the READMEs are generated from here.
 */
export interface Setting<T> {
  readonly name: string;
  readonly default: string;
  /** Under which heading `--help` lists it. */
  readonly topic: SettingTopic;
  readonly meaning: string;
  readonly parts: readonly SettingPart[];
  /** Nobody else may see it: what is said of it leaves it out. */
  readonly isSecret?: boolean;
  /** Text to value. @throws SettingFault with what was expected */
  readonly parse: (text: string) => T;
}
export type SettingPart = 'broker' | 'gateway' | 'processor';

/** Headings of the settings in `--help`, in their order. */
export const settingTopics = {
  place: 'Gym, room and gateway',
  network: 'Addresses and ports',
  radio: 'Radios and straps',
  'made-up': 'Simulated class and replay',
  storage: 'Storage',
  log: 'Log',
} as const;
export type SettingTopic = keyof typeof settingTopics;

class SettingFault extends Error {}

/** All faults of all settings, one sentence each: what was wrong, what is expected. */
export class SettingsError extends UserFacingError {
  readonly code = 'SETTINGS_INVALID';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

const fault = (expected: string): never => {
  throw new SettingFault(expected);
};
const text = (value: string) => value;
const id = (value: string) => (isId(value) ? value : fault('lower-case letters, digits, - and _, at most 63'));
const oneOf =
  <const C extends readonly string[]>(...choices: C) =>
  (value: string): C[number] =>
    (choices as readonly string[]).includes(value) ? value : fault(`one of ${choices.join(', ')}`);
const number = (minimum: number, maximum: number, integer: boolean) => (value: string) => {
  const n = value.trim() === '' ? Number.NaN : Number(value);
  return n >= minimum && n <= maximum && (!integer || Number.isInteger(n))
    ? n
    : fault(`${integer ? 'a whole number' : 'a number'} from ${minimum} to ${maximum}`);
};
const port = number(0, 65_535, true);
const optional =
  <T>(parse: (value: string) => T) =>
  (value: string): T | undefined =>
    value === '' ? undefined : parse(value);
const url = (value: string) => {
  try {
    brokerAddress(value);
    return value;
  } catch (error) {
    return fault((error as BrokerUrlError).message);
  }
};
const httpUrl = (value: string) =>
  /^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/.test(value)
    ? value.replace(/\/+$/, '')
    : fault('an address such as http://127.0.0.1:8086, without a user or password in it');
const databaseName = (value: string) =>
  /^[A-Za-z0-9][\w.-]{0,62}$/.test(value) ? value : fault('letters, digits, - _ and dots, at most 63');
const postgresUrl = (value: string) =>
  /^postgres(ql)?:\/\/\S*\/[^\s/?#]+(\?\S*)?$/.test(value) && URL.canParse(value)
    ? value
    : fault(
        'an address such as postgres://user:password@127.0.0.1:5432/pulseboard, with %-codes for special characters of user and password',
      );
const START_OF_2000 = 946_684_800_000;
const instant = (value: string) => {
  try {
    const at = parseUtcTime(value);
    return at >= START_OF_2000 ? at : fault('a time after the year 2000');
  } catch (error) {
    return fault(`a time such as 2026-01-31T18:00:00Z, or UTC milliseconds (it ${(error as Error).message})`);
  }
};

/** Real radios; `auto` takes those of them that are there. */
export type RealRadio = 'ant' | 'ble';
export type RadioChoice = readonly RealRadio[] | 'auto' | 'simulated' | 'replay';
const radioChoice = (given: string): RadioChoice => {
  const value = given.trim().toLowerCase();
  if (value === 'auto' || value === 'simulated' || value === 'replay') return value;
  const radios = [...new Set(value.split(',').map((part) => part.trim()))];
  const isReal = (radio: string): radio is RealRadio => radio === 'ant' || radio === 'ble';
  return radios.every(isReal) ? radios : fault('one of auto, ant, ble, ant,ble, simulated, replay');
};
const sensorList = (value: string): readonly string[] => {
  const sensors = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const stray = sensors.find((part) => !canMatchSensor(part));
  if (stray === undefined) return sensors;
  return fault(
    `ids of straps separated by commas, which begin with ant-hr-, ant-sdm- or ble-, such as ant-hr-483922,ble-a0b1*: no strap can be "${stray}"`,
  );
};

/** What the cadence of a sensor counts: steps of both feet, or strides of one. A trailing `*` stands for any end of the id. */
export interface CadenceRule {
  sensor: string;
  unit: 'steps' | 'strides';
}
const cadenceRules = (value: string): readonly CadenceRule[] => {
  const parts = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.map((part) => {
    const [sensor = '', unit, ...rest] = part.split('=').map((side) => side.trim());
    if ((unit === 'steps' || unit === 'strides') && rest.length === 0 && sensor.startsWith(bleSensorId('')) && canMatchSensor(sensor))
      return { sensor, unit };
    return fault(
      `ids of Bluetooth foot pods with steps or strides, separated by commas, such as ble-a0b1c2d3e4f5=strides,ble-c0*=steps: "${part}" is not one`,
    );
  });
};

const setting = <T>(s: Setting<T>): Setting<T> => s;
const all = ['broker', 'gateway', 'processor'] as const;

export const settings = {
  httpPort: setting({
    name: 'PULSEBOARD_HTTP_PORT',
    topic: 'network',
    default: '8080',
    meaning: 'port of the board, the API, the live WebSocket, `/metrics` (Prometheus) and `/healthz`; 0 picks a free one',
    parts: ['processor'],
    parse: port,
  }),
  mqttPort: setting({
    name: 'PULSEBOARD_MQTT_PORT',
    topic: 'network',
    default: '1883',
    meaning: 'port of the MQTT broker; 0 picks a free one',
    parts: all,
    parse: port,
  }),
  mqttWsPort: setting({
    name: 'PULSEBOARD_MQTT_WS_PORT',
    topic: 'network',
    default: '8083',
    meaning: 'port of MQTT over WebSocket; 0 picks a free one',
    parts: ['broker'],
    parse: port,
  }),
  host: setting({
    name: 'PULSEBOARD_HOST',
    topic: 'network',
    default: '127.0.0.1',
    meaning: 'address to listen on; 0.0.0.0 lets other machines in, without a login',
    parts: all,
    parse: text,
  }),
  brokerMetricsPort: setting({
    name: 'PULSEBOARD_BROKER_METRICS_PORT',
    topic: 'network',
    default: '',
    meaning: "port of the broker's `/metrics` (Prometheus) and `/healthz`; empty: none, 0 picks a free one",
    parts: ['broker'],
    parse: optional(port),
  }),
  gatewayMetricsPort: setting({
    name: 'PULSEBOARD_GATEWAY_METRICS_PORT',
    topic: 'network',
    default: '',
    meaning: "port of the gateway's `/metrics` (Prometheus) and `/healthz`; empty: none, 0 picks a free one",
    parts: ['gateway'],
    parse: optional(port),
  }),
  dataDir: setting({
    name: 'PULSEBOARD_DATA_DIR',
    topic: 'storage',
    default: 'data',
    meaning: 'folder of the stores and the spool; a replay takes a fresh one below `data` unless this is set',
    parts: ['gateway', 'processor'],
    parse: text,
  }),
  gym: setting({
    name: 'PULSEBOARD_GYM',
    topic: 'place',
    default: 'demo',
    meaning: 'id of the gym',
    parts: ['gateway', 'processor'],
    parse: id,
  }),
  room: setting({
    name: 'PULSEBOARD_ROOM',
    topic: 'place',
    default: 'main',
    meaning: 'id of the room',
    parts: ['gateway', 'processor'],
    parse: id,
  }),
  gateway: setting({
    name: 'PULSEBOARD_GATEWAY',
    topic: 'place',
    default: 'gateway-1',
    meaning: 'id of the gateway; of a simulated one it decides the straps, so a processor that knows its class has the same',
    parts: ['gateway', 'processor'],
    parse: id,
  }),
  brokerUrl: setting({
    name: 'PULSEBOARD_BROKER_URL',
    topic: 'network',
    default: '',
    meaning: 'broker to connect to; empty: 127.0.0.1 and `PULSEBOARD_MQTT_PORT`',
    parts: ['gateway', 'processor'],
    isSecret: true,
    parse: optional(url),
  }),
  radio: setting({
    name: 'PULSEBOARD_RADIO',
    topic: 'radio',
    default: '',
    meaning:
      'where heartbeats come from: `ant`, `ble` or both (`ant,ble`), `auto` (those of them that are there), `simulated`, or `replay`; empty: `npm start` simulates a class, a gateway by itself takes `auto`',
    parts: ['gateway', 'processor'],
    parse: optional(radioChoice),
  }),
  allowSensors: setting({
    name: 'PULSEBOARD_ALLOW_SENSORS',
    topic: 'radio',
    default: '',
    meaning:
      'take only these straps: ids as on the topics, separated by commas, `*` for any end (`ant-hr-483922,ble-a0b1*`), however weak they are; empty: all',
    parts: ['gateway'],
    parse: sensorList,
  }),
  denySensors: setting({
    name: 'PULSEBOARD_DENY_SENSORS',
    topic: 'radio',
    default: '',
    meaning: "never take these straps, such as those of the neighbour's gym; written like the ones above",
    parts: ['gateway'],
    parse: sensorList,
  }),
  minRssiDbm: setting({
    name: 'PULSEBOARD_MIN_RSSI_DBM',
    topic: 'radio',
    default: '',
    meaning:
      'take straps only once they were heard this strong within a minute, such as `-80`; empty: however weak. Where a radio does not tell the strength, everybody is taken',
    parts: ['gateway'],
    parse: optional(number(-128, 0, true)),
  }),
  podCadence: setting({
    name: 'PULSEBOARD_POD_CADENCE',
    topic: 'radio',
    default: '',
    meaning:
      'what the cadence of a Bluetooth foot pod counts, `steps` of both feet or `strides` of one, such as `ble-a0b1c2d3e4f5=strides`, separated by commas, `*` for any end; others: strides when the pod says that it runs and sends less than 120',
    parts: ['gateway'],
    parse: cadenceRules,
  }),
  bleConnections: setting({
    name: 'PULSEBOARD_BLE_CONNECTIONS',
    topic: 'radio',
    default: '5',
    meaning: 'most straps that a Bluetooth adapter is connected to at once; more take turns; 0: only those that advertise their heart rate',
    parts: ['gateway'],
    parse: number(0, 20, true),
  }),
  seed: setting({
    name: 'PULSEBOARD_SEED',
    topic: 'made-up',
    default: '1',
    meaning:
      'seed of the simulated class: the same seed in the same room at the same gateway is the same class, and others wear other straps',
    parts: ['gateway', 'processor'],
    parse: number(0, 4_294_967_295, true),
  }),
  straps: setting({
    name: 'PULSEBOARD_STRAPS',
    topic: 'made-up',
    default: '12',
    meaning: 'how many people the simulated class has',
    parts: ['gateway', 'processor'],
    parse: number(1, 200, true),
  }),
  replayDir: setting({
    name: 'PULSEBOARD_REPLAY_DIR',
    topic: 'made-up',
    default: '',
    meaning: 'folder of recorded workouts (CSV) for `replay`',
    parts: ['gateway'],
    parse: optional(text),
  }),
  replayFile: setting({
    name: 'PULSEBOARD_REPLAY_FILE',
    topic: 'made-up',
    default: '',
    meaning: 'recording of a radio for `replay`, as `npm run gateway -- record` writes it',
    parts: ['gateway'],
    parse: optional(text),
  }),
  replayStrict: setting({
    name: 'PULSEBOARD_REPLAY_STRICT',
    topic: 'made-up',
    default: 'no',
    meaning: '`yes`: a workout that cannot be used refuses the whole folder; `no`: it is left out, with its line, and the others play',
    parts: ['gateway'],
    parse: (value) => oneOf('yes', 'no')(value) === 'yes',
  }),
  replaySpeed: setting({
    name: 'PULSEBOARD_REPLAY_SPEED',
    topic: 'made-up',
    default: '1',
    meaning: 'how many times faster than life a replay runs, or a simulated class that has a `PULSEBOARD_START_AT`',
    parts: ['gateway', 'processor'],
    parse: number(0.1, 10_000, false),
  }),
  startAt: setting({
    name: 'PULSEBOARD_START_AT',
    topic: 'made-up',
    default: '',
    meaning:
      'time at which a replay (or a simulated class) begins; empty: a replay ends at process start, a simulated class begins there. A replay that would end in the future is refused; only a gateway by itself, at speed 1, joins a class or a replay that still goes on, on the clock of the wall',
    parts: ['gateway', 'processor'],
    parse: optional(instant),
  }),
  flushIntervalMs: setting({
    name: 'PULSEBOARD_FLUSH_INTERVAL_MS',
    topic: 'radio',
    default: '50',
    meaning: 'least time between two batches of a gateway; 250 suits a chain of gyms',
    parts: ['gateway'],
    parse: number(5, 10_000, true),
  }),
  spoolDir: setting({
    name: 'PULSEBOARD_SPOOL_DIR',
    topic: 'storage',
    default: '',
    meaning: "folder of the gateway's spool; empty: `spool` in `PULSEBOARD_DATA_DIR`",
    parts: ['gateway'],
    parse: optional(text),
  }),
  spoolMegabytes: setting({
    name: 'PULSEBOARD_SPOOL_MB',
    topic: 'storage',
    default: '2000',
    meaning: 'the spool may be this large; when it is full the oldest readings go, counted',
    parts: ['gateway'],
    parse: number(1, 1_000_000, true),
  }),
  spoolHours: setting({
    name: 'PULSEBOARD_SPOOL_HOURS',
    topic: 'storage',
    default: '72',
    meaning: 'readings that could not be sent for this long are dropped, counted; less than the readings are kept in the store',
    parts: ['gateway', 'processor'],
    parse: number(1, 100_000, false),
  }),
  readingsDays: setting({
    name: 'PULSEBOARD_READINGS_DAYS',
    topic: 'storage',
    default: '30',
    meaning: 'how long the store keeps readings; older ones that still come are set aside as dead letters',
    parts: ['processor'],
    parse: number(0.1, 36_500, false),
  }),
  secondsDays: setting({
    name: 'PULSEBOARD_SECONDS_DAYS',
    topic: 'storage',
    default: '1825',
    meaning: 'how long the store keeps member-seconds, of which all figures are made',
    parts: ['processor'],
    parse: number(0.1, 36_500, false),
  }),
  influxUrl: setting({
    name: 'PULSEBOARD_INFLUX_URL',
    topic: 'storage',
    default: '',
    meaning: 'InfluxDB (1.8, 2 or 3) that keeps readings and member-seconds; empty: a DuckDB file in `PULSEBOARD_DATA_DIR`',
    parts: ['processor'],
    isSecret: true,
    parse: optional(httpUrl),
  }),
  influxDatabase: setting({
    name: 'PULSEBOARD_INFLUX_DATABASE',
    topic: 'storage',
    default: 'pulseboard',
    meaning: 'its database; of InfluxDB 2 the bucket. InfluxDB 1 makes it when it is not there',
    parts: ['processor'],
    parse: databaseName,
  }),
  influxToken: setting({
    name: 'PULSEBOARD_INFLUX_TOKEN',
    topic: 'storage',
    default: '',
    meaning: 'token of InfluxDB 2 or 3; not together with a user',
    parts: ['processor'],
    isSecret: true,
    parse: optional(text),
  }),
  influxUser: setting({
    name: 'PULSEBOARD_INFLUX_USER',
    topic: 'storage',
    default: '',
    meaning: 'user of InfluxDB 1, where it asks for one',
    parts: ['processor'],
    parse: optional(text),
  }),
  influxPassword: setting({
    name: 'PULSEBOARD_INFLUX_PASSWORD',
    topic: 'storage',
    default: '',
    meaning: 'password of that user',
    parts: ['processor'],
    isSecret: true,
    parse: optional(text),
  }),
  databaseUrl: setting({
    name: 'PULSEBOARD_DATABASE_URL',
    topic: 'storage',
    default: '',
    meaning:
      'PostgreSQL that keeps gyms, rooms, members, straps and sessions, such as `postgres://user:password@127.0.0.1:5432/pulseboard`; empty: PGlite in `PULSEBOARD_DATA_DIR`',
    parts: ['processor'],
    isSecret: true,
    parse: optional(postgresUrl),
  }),
  radioLog: setting({
    name: 'PULSEBOARD_RADIO_LOG',
    topic: 'radio',
    default: '',
    meaning: 'file to which every radio frame is written as it was heard, before it is decoded; it grows without a limit',
    parts: ['gateway'],
    parse: optional(text),
  }),
  logLevel: setting({
    name: 'PULSEBOARD_LOG_LEVEL',
    topic: 'log',
    default: 'info',
    meaning: 'trace, debug, info, warn, error or silent',
    parts: all,
    parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  }),
  logFormat: setting({
    name: 'PULSEBOARD_LOG_FORMAT',
    topic: 'log',
    default: 'auto',
    meaning: 'how the log is written: `text` (lines to read), `json` (a JSON object a line), or `auto` (text in a terminal, else JSON)',
    parts: all,
    parse: oneOf('auto', 'text', 'json'),
  }),
} as const;

type Parsed<S> = S extends Setting<infer T> ? T : never;
export type SettingName = keyof typeof settings;
export type SettingValues = { readonly [K in SettingName]: Parsed<(typeof settings)[K]> };

/**
 * Reads every setting from an environment, once, in `main`.
 * @param env text by name; an empty text counts as not set
 * @returns frozen values
 * @throws SettingsError listing every fault at once, unknown `PULSEBOARD_…` names among them
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): SettingValues {
  const faults: string[] = [];
  const known = Object.values(settings).map((s) => s.name as string);
  for (const name of Object.keys(env)) {
    if (name.startsWith('PULSEBOARD_') && !known.includes(name)) {
      const near = closest(name, known);
      faults.push(`${name} is no setting of Pulseboard${near ? `; did you mean ${near}?` : '; npm start -- --help lists them.'}`);
    }
  }
  const values: Record<string, unknown> = {};
  for (const [key, s] of Object.entries(settings) as [string, Setting<unknown>][]) {
    const given = env[s.name] || s.default;
    try {
      values[key] = s.parse(given);
    } catch (error) {
      if (!(error instanceof SettingFault)) throw error;
      faults.push(`${s.name} is ${s.isSecret ? 'wrong' : `"${withoutLogin(given)}"`}; it must be ${error.message}.`);
    }
  }
  if (faults.length) throw new SettingsError(faults);
  return Object.freeze(values) as SettingValues;
}

/** Of an address with user and password in it, what may be shown. */
const withoutLogin = (given: string): string => given.replace(/\/\/.*@/, '//…@');

function closest(name: string, known: readonly string[]): string | undefined {
  const distance = (a: string, b: string) => {
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      row = next;
    }
    return row[b.length]!;
  };
  const [best] = known.map((k) => ({ k, d: distance(name, k) })).sort((a, b) => a.d - b.d);
  return best && best.d <= 4 ? best.k : undefined;
}
