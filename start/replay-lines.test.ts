import { duration, endOf, leftOutLines, type ReplayRun, when, whereItGoes } from './replay-lines.js';

const run: ReplayRun = { startAt: Date.UTC(2026, 0, 31, 18), durationMs: 14_000, speed: 1, isLive: false };
const brokerUrl = 'mqtt://broker.example:1883';

test.each([
  [400, '0 s'],
  [14_000, '14 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [3_540_000, '59 min'],
])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

test('how long, how fast, from when', () => expect(when(run)).toBe('14 s at 1×, from 2026-01-31T18:00:00.000Z'));

test('a gateway by itself says where the past goes, and how to see it live', () => {
  expect(whereItGoes({ ...run, brokerUrl })).toEqual([
    expect.stringMatching(
      /^These seconds lie in the past, from 2026-01-31T18:00:00\.000Z to 2026-01-31T18:00:14\.000Z: .*mqtt:\/\/broker\.example:1883/,
    ),
    expect.stringContaining('PULSEBOARD_START_AT='),
  ]);
});

test.each([
  ['with its board in the same process', run],
  ['that happens now', { ...run, isLive: true, brokerUrl }],
])('nothing needs to be said of one %s', (_, of) => expect(whereItGoes(of)).toEqual([]));

test('the end', () => {
  expect(endOf(false)).toBe('The recording has ended; the board and the API stay.');
  expect(endOf(true)).toMatch(/^The recording has ended; .*Ctrl-C/);
});

test('files that are left out: how many, why, and how to refuse them', () => {
  expect(leftOutLines([])).toEqual([]);
  expect(leftOutLines(['Line 3 of a.csv is bad.'])).toEqual([
    '1 file is left out (with PULSEBOARD_REPLAY_STRICT=yes the replay would not start):',
    '  Line 3 of a.csv is bad.',
  ]);
  const many = leftOutLines(Array.from({ length: 14 }, (_, i) => `Line 3 of ${i}.csv is bad.`));
  expect([many[0], many.length, many.at(-1)]).toEqual([expect.stringMatching(/^14 files are left out/), 12, '  … and 4 more']);
});
