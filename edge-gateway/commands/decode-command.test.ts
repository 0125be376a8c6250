import { runDecodeCommand } from './decode-command.js';

function run(...args: string[]): { code: number; out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const code = runDecodeCommand(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}
const ms = (ticks: number) => (ticks * 1000) / 1024;

const frame = 'a40e4e0284ffa5e2a5e6ca3c8052627871d6';
const page4 = {
  page: 4,
  toggle: true,
  beatTimeMs: ms(59045),
  beatCount: 202,
  heartRateBpm: 60,
  previousBeatTimeMs: ms(58021),
  rrIntervalsMs: [1000],
};
const framed = { channel: 2, deviceNumber: 483922, deviceType: 120, transmissionType: 113, ...page4 };

test.each<[string, string[], object]>([
  ['a frame', ['ant', frame], framed],
  ['upper case with spaces', ['ant', 'A4 0E 4E 02 84 FF A5 E2 A5 E6 CA 3C 80 52 62 78 71 D6'], framed],
  ['several arguments, colons and 0x', ['ant', '0xa4', '0x0e', '4e:02:84:ff', 'a5e2a5e6ca3c8052627871d6'], framed],
  ['a heart-rate page', ['hr-page', '84ffa5e2a5e6ca3c'], page4],
  [
    'page 4 across the wrap',
    ['hr-page', '84ff00fe00023c3c'],
    { page: 4, toggle: true, beatTimeMs: 500, beatCount: 60, heartRateBpm: 60, previousBeatTimeMs: 63_500, rrIntervalsMs: [1000] },
  ],
  [
    'page 4 after a gap',
    ['hr-page', '84ff0000001e3c3c'],
    { page: 4, toggle: true, beatTimeMs: 7500, beatCount: 60, heartRateBpm: 60, previousBeatTimeMs: 0 },
  ],
  [
    'page 7',
    ['hr-page', '07558022a5e6ca3c'],
    {
      page: 7,
      toggle: false,
      beatTimeMs: ms(59045),
      beatCount: 202,
      heartRateBpm: 60,
      batteryPercent: 85,
      batteryVolts: 2.5,
      batteryStatus: 'good',
    },
  ],
  ['an implausible heart rate', ['hr-page', '00ffffff00000aff'], { page: 0, toggle: false, beatTimeMs: 0, beatCount: 10 }],
  [
    'a foot pod page',
    ['sdm-page', '0164c8328180fe30'],
    { page: 1, timeS: 200.5, distanceM: 50.5, speedMps: 1.5, strides: 254, latencyS: 1.5 },
  ],
  ['a Heart Rate Measurement', ['ble-hr', '1634e404'], { contact: true, heartRateBpm: 52, rrIntervalsMs: [1222.65625] }],
  ['an implausible one', ['ble-hr', '01808000'], {}],
  [
    'an RSC Measurement',
    ['ble-rsc', '070003aa730039300000'],
    { speedMps: 3, cadenceSpm: 170, running: true, strideLengthM: 1.15, distanceM: 1234.5 },
  ],
  ['a Battery Level', ['ble-battery', '5a'], { batteryPercent: 90 }],
  ['a Polar advertisement', ['polar-adv', '6b003b164446'], { contact: true, heartRateBpm: 70, frameCounter: 6, broadcast: true }],
  ['a Mi Band advertisement', ['miband-adv', '57010201004a03ff000000000000000000000000a0b1c2d3e4f5'], { heartRateBpm: 74 }],
  ['one of a body scale', ['miband-adv', '57015ccad34cee74'], {}],
  ['half an RR interval', ['ble-hr', '103eb103de'], { heartRateBpm: 62, rrIntervalsMs: [ms(945)], damage: 'BLE_RR_CUT' }],
  ['a cut RSC Measurement', ['ble-rsc', '0100ff50'], { speedMps: 255, cadenceSpm: 80, running: false, damage: 'BLE_TOO_SHORT' }],
  [
    'a foot pod page with kilocalories',
    ['sdm-page', '03ffff3c81801200'],
    { page: 3, cadenceSpm: 121, speedMps: 1.5, kcal: 18, status: 0, batteryStatus: 'new' },
  ],
  ['Mi Band service data', ['miband-steps', 'd2040000'], { steps: 1234 }],
])('%s', (_, args, value) => {
  const { code, out, err } = run(...args);
  expect({ code, err, lines: out.length }).toEqual({ code: 0, err: [], lines: 1 });
  expect(JSON.parse(out[0]!)).toEqual(value);
});

/** A frame of device 483922 with this page. */
function frameOf(page: string, deviceType: number): string {
  const head = Buffer.from(`a40e4e02${page}805262${deviceType.toString(16).padStart(2, '0')}71`, 'hex');
  return (
    head.toString('hex') +
    head
      .reduce((xor, byte) => xor ^ byte, 0)
      .toString(16)
      .padStart(2, '0')
  );
}
test.each<[string, string, object]>([
  ['a foot pod', frameOf('0164c8328180fe30', 124), { deviceType: 124, strides: 254, distanceM: 50.5 }],
  ['page 2, with the whole serial number', frameOf('02012301a5e6ca3c', 120), { manufacturerId: 1, serialNumber: 0x01236252 }],
  ['another sensor', frameOf('0102030405060708', 11), { deviceType: 11, pageHex: '0102030405060708' }],
])('a frame of %s', (_, hex, value) => {
  expect(JSON.parse(run('ant', hex).out[0]!)).toMatchObject(value);
});

test.each<[string, string[], RegExp]>([
  ['an unknown kind', ['foo', '00'], /"foo" is no kind of message; use one of ant, hr-page, .*decode ant a40e/],
  ['a name that objects have', ['constructor', '00'], /"constructor" is no kind/],
  ['no bytes', ['ant'], /there are no bytes/],
  ['odd hexadecimal', ['hr-page', '84ffa5e2a5e6ca3'], /15 hexadecimal digits make no whole bytes: give two digits for each byte/],
  ['no hexadecimal', ['hr-page', '84xx'], /"x" is no hexadecimal digit/],
  ['a wrong checksum', ['ant', frame.replace(/d6$/, 'd7')], /the checksum is d7 but the bytes give d6: .*read the frame again/],
  ['a short frame', ['ant', frame.slice(0, -2)], /announces 18 bytes and has 17: give the whole frame/],
  ['a short page', ['hr-page', '84ff'], /has 8 bytes, not 2/],
  ['a long page', ['sdm-page', '0164c8328180fe3000'], /has 8 bytes, not 9/],
  ['a short notification', ['ble-hr', '16'], /at least 2 bytes, not 1/],
  ['another company', ['polar-adv', '57013b164446'], /do not begin with the company id 6b00: give it first/],
  ['another company for a band', ['miband-adv', '6b0002000046'], /do not begin with the company id 5701/],
])('%s: one line on stderr', (_, args, message) => {
  const { code, out, err } = run(...args);
  expect({ code, out }).toEqual({ code: 1, out: [] });
  expect(err).toEqual([expect.stringMatching(message)]);
  expect(err[0]).not.toContain('\n');
});

describe('usage', () => {
  test('without arguments goes to stderr', () => {
    const { code, out, err } = run();
    expect({ code, out }).toEqual({ code: 1, out: [] });
    expect(err[0]).toMatch(/^Usage/);
  });

  test('each of its examples works', () => {
    const { code, out, err } = run('--help');
    expect({ code, err }).toEqual({ code: 0, err: [] });
    const examples = out.map((line) => /^\s+decode (\S+) (\S+)$/.exec(line)).filter((found) => found !== null);
    expect(examples).toHaveLength(9);
    for (const [, kind, hex] of examples) expect(run(kind!, hex!).code).toBe(0);
  });
});
