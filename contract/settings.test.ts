import { readSettings, type Setting, SettingsError, settings } from './settings.js';

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
};

test('without any, every setting has its default, and nobody can change it', () => {
  const values = readSettings({ PATH: '/bin', HOME: '' });
  expect(values).toMatchObject({ httpPort: 8080, mqttPort: 1883, host: '127.0.0.1', gym: 'demo', radio: undefined, straps: 12 });
  expect(values).toHaveProperty('brokerUrl', undefined);
  expect(Object.isFrozen(values)).toBe(true);
});

test('an empty text is the default', () => {
  expect(readSettings({ PULSEBOARD_HTTP_PORT: '', PULSEBOARD_SEED: '' })).toMatchObject({ httpPort: 8080, seed: 1 });
});

test('all faults come at once, each with what was given and what is expected', () => {
  const faults = faultsOf({
    PULSEBOARD_HTTP_PORT: '99999',
    PULSEBOARD_ROOM: 'Main Hall',
    PULSEBOARD_RADIO: 'radar',
    PULSEBOARD_HOTS: '::1',
  });
  expect(faults).toEqual([
    'PULSEBOARD_HOTS is no setting of Pulseboard; did you mean PULSEBOARD_HOST?',
    'PULSEBOARD_HTTP_PORT is "99999"; it must be a whole number from 0 to 65535.',
    'PULSEBOARD_ROOM is "Main Hall"; it must be lower-case letters, digits, - and _, at most 63.',
    'PULSEBOARD_RADIO is "radar"; it must be one of auto, ant, ble, ant,ble, simulated, replay.',
  ]);
});

test('of a list of straps that entry is named that can match none, and how ids begin', () => {
  expect(faultsOf({ PULSEBOARD_ALLOW_SENSORS: 'ant-hr-1,483922' })).toEqual([
    'PULSEBOARD_ALLOW_SENSORS is "ant-hr-1,483922"; it must be ids of straps separated by commas, which begin with ant-hr-, ant-sdm- or ble-, such as ant-hr-483922,ble-a0b1*: no strap can be "483922".',
  ]);
});

test('a name that is like no other is told where the names are', () => {
  expect(faultsOf({ PULSEBOARD_FAVOURITE_COLOUR: 'red' })).toEqual([
    'PULSEBOARD_FAVOURITE_COLOUR is no setting of Pulseboard; npm start -- --help lists them.',
  ]);
});

test.each([
  { name: 'PULSEBOARD_START_AT', given: '2026-01-31T18:00:00Z', key: 'startAt', value: Date.UTC(2026, 0, 31, 18) },
  { name: 'PULSEBOARD_START_AT', given: '2026-01-31T19:00+01:00', key: 'startAt', value: Date.UTC(2026, 0, 31, 18) },
  { name: 'PULSEBOARD_START_AT', given: '1769882400000', key: 'startAt', value: 1_769_882_400_000 },
  { name: 'PULSEBOARD_REPLAY_SPEED', given: '2.5', key: 'replaySpeed', value: 2.5 },
  { name: 'PULSEBOARD_BROKER_URL', given: 'wss://broker.example/mqtt', key: 'brokerUrl', value: 'wss://broker.example/mqtt' },
  { name: 'PULSEBOARD_RADIO', given: 'auto', key: 'radio', value: 'auto' },
  { name: 'PULSEBOARD_RADIO', given: 'Auto', key: 'radio', value: 'auto' },
  { name: 'PULSEBOARD_RADIO', given: 'ANT,ble', key: 'radio', value: ['ant', 'ble'] },
  { name: 'PULSEBOARD_RADIO', given: 'ble, ant,ble', key: 'radio', value: ['ble', 'ant'] },
  { name: 'PULSEBOARD_ALLOW_SENSORS', given: 'ant-hr-1, ble-a0*,', key: 'allowSensors', value: ['ant-hr-1', 'ble-a0*'] },
  { name: 'PULSEBOARD_DENY_SENSORS', given: '*', key: 'denySensors', value: ['*'] },
  {
    name: 'PULSEBOARD_POD_CADENCE',
    given: 'ble-a0b1c2d3e4f5=strides, ble-c0*=steps,',
    key: 'podCadence',
    value: [
      { sensor: 'ble-a0b1c2d3e4f5', unit: 'strides' },
      { sensor: 'ble-c0*', unit: 'steps' },
    ],
  },
  { name: 'PULSEBOARD_MIN_RSSI_DBM', given: '-80', key: 'minRssiDbm', value: -80 },
])('$name=$given', ({ name, given, key, value }) => {
  expect(readSettings({ [name]: given })).toHaveProperty(key, value);
});

test.each([
  ['PULSEBOARD_START_AT', '2026-01-31T18:00:00'],
  ['PULSEBOARD_START_AT', '2026-13-31T18:00:00Z'],
  ['PULSEBOARD_START_AT', '5'],
  ['PULSEBOARD_HTTP_PORT', ' '],
  ['PULSEBOARD_HTTP_PORT', '80.5'],
  ['PULSEBOARD_STRAPS', '0'],
  ['PULSEBOARD_RADIO', 'ant,simulated'],
  ['PULSEBOARD_RADIO', 'ant,'],
  ['PULSEBOARD_ALLOW_SENSORS', 'ant*hr'],
  ['PULSEBOARD_ALLOW_SENSORS', 'ant-hr-1,483922'],
  ['PULSEBOARD_DENY_SENSORS', 'AA:BB:CC:DD:EE:FF'],
  ['PULSEBOARD_MIN_RSSI_DBM', '80'],
  ['PULSEBOARD_BROKER_URL', 'http://broker.example'],
])('%s=%p is refused', (name, given) => expect(faultsOf({ [name]: given })).toHaveLength(1));

test.each([
  ['http://127.0.0.1:8086/', 'http://127.0.0.1:8086'],
  ['https://influx.example/proxied/', 'https://influx.example/proxied'],
])('PULSEBOARD_INFLUX_URL=%s', (given, value) => {
  expect(readSettings({ PULSEBOARD_INFLUX_URL: given })).toHaveProperty('influxUrl', value);
});

test.each(['mqtt://127.0.0.1', '127.0.0.1:8086', 'http://', 'http://influx.example/?db=x'])(
  'PULSEBOARD_INFLUX_URL=%s is refused',
  (given) => expect(faultsOf({ PULSEBOARD_INFLUX_URL: given })).toHaveLength(1),
);

test.each([
  'postgres://127.0.0.1/pulseboard',
  'postgresql://ada:p%40ss%2Fw%23rd@db.example:5433/pulse-board?sslmode=require',
  'postgres:///pulseboard?host=/run/postgresql',
])('PULSEBOARD_DATABASE_URL=%s', (given) => {
  expect(readSettings({ PULSEBOARD_DATABASE_URL: given })).toHaveProperty('databaseUrl', given);
});

test.each([
  'mysql://ada:open-sesame@db.example/pulseboard',
  'postgres://ada:open-sesame@db.example',
  'postgres://ada:open-sesame@db.example/',
  'postgres://ada:open-sesame/#@db.example/pulseboard',
  'postgres://ada:open sesame@db.example/pulseboard',
  'postgres://ada:open-sesame@db.example:port/pulseboard',
])('PULSEBOARD_DATABASE_URL=%s is refused, and nothing of it is said', (given) => {
  expect(faultsOf({ PULSEBOARD_DATABASE_URL: given })).toEqual([
    expect.stringMatching(
      /^PULSEBOARD_DATABASE_URL is wrong; it must be an address such as postgres:\/\/user:password@127\.0\.0\.1:5432\/pulseboard, /,
    ),
  ]);
});

test('what is said of a fault names no login', () => {
  const secret = 'open-sesame';
  expect(
    faultsOf({ PULSEBOARD_INFLUX_URL: `http://ada:${secret}/@influx.example`, PULSEBOARD_BROKER_URL: `http://ada:${secret}@b` }),
  ).toEqual([
    expect.stringMatching(/^PULSEBOARD_BROKER_URL is wrong; it must be an address such as mqtt:/),
    expect.stringMatching(/^PULSEBOARD_INFLUX_URL is wrong; it must be an address such as http:/),
  ]);
});

test.each(Object.values(settings) as Setting<unknown>[])('$name says what it is for, and whose it is', (setting) => {
  expect(setting.name).toMatch(/^PULSEBOARD_[A-Z_]+$/);
  expect(setting.meaning).not.toBe('');
  expect(setting.parts.length).toBeGreaterThan(0);
});
