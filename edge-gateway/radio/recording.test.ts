import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoClass } from '@pulseboard/contract';
import fc from 'fast-check';
import { createUnifier } from '../unify/unifier.js';
import { openRadioLog } from './radio-log.js';
import type { RadioEvent } from './radio-source.js';
import { createRecordingRadio, loadRecording, RecordingError } from './recording.js';
import { simulatedEvents } from './simulated-radio.js';

const START = 1_700_000_000_000;
let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-recording-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const newFile = (text?: string): string => {
  const file = join(folder, `room-${++files}.jsonl`);
  if (text !== undefined) writeFileSync(file, text);
  return file;
};

function write(file: string, events: readonly RadioEvent[], flags?: 'a' | 'wx'): void {
  const log = openRadioLog(file, (sentence) => expect(sentence).toBe(''), flags);
  for (const event of events) log.write(event, event.at);
  log.close();
}

function taken(count: number): RadioEvent[] {
  const events: RadioEvent[] = [];
  for (const event of simulatedEvents({ people: demoClass(12), seed: 5, startAt: START })) if (events.push(event) === count) break;
  return events;
}

const readingsOf = (events: Iterable<RadioEvent>) => {
  const unifier = createUnifier();
  return [...events].flatMap((event) => unifier.accept(event).readings);
};

test('a class that is recorded and played gives the same readings, at the times it is played at', () => {
  const events = taken(20_000).map((event, n) => ({ ...event, radio: n % 2 ? 'ant 1-1.4' : 'ant 1-1.2' }));
  const file = newFile();
  write(file, events, 'wx');
  const recording = loadRecording(file);
  expect(recording).toMatchObject({
    startedAt: events[0]!.at,
    frames: events.length,
    durationMs: events.at(-1)!.at - events[0]!.at + 10_000,
  });

  const later = 86_400_000;
  const played: RadioEvent[] = [];
  let now = 0;
  const radio = createRecordingRadio({
    recording,
    startAt: recording.startedAt + later,
    clock: () => now,
    schedule: (run) => {
      if (played.length < events.length) queueMicrotask(run);
      return () => {};
    },
  });
  now = Number.MAX_SAFE_INTEGER;
  radio.start((event) => played.push(event));
  return Promise.resolve().then(async () => {
    while (played.length < events.length) await Promise.resolve();
    expect(played.every(({ radio: receiver }) => receiver === undefined)).toBe(true);
    expect(readingsOf(played)).toEqual(readingsOf(events).map((reading) => ({ ...reading, at: reading.at + later })));
  });
});

const hex = fc.uint8Array({ maxLength: 30 });
const heard = {
  at: fc.integer({ min: START, max: START + 5000 }),
  bytes: hex,
};
const ble = {
  ...heard,
  address: fc
    .uint8Array({ minLength: 6, maxLength: 6 })
    .map((bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')),
};
const optional = { addressType: fc.constantFrom('public' as const, 'random' as const), rssiDbm: fc.integer({ min: -128, max: 20 }) };
const anyEvent: fc.Arbitrary<RadioEvent> = fc.oneof(
  fc.record({ kind: fc.constant('ant-frame' as const), ...heard }),
  fc.record(
    {
      kind: fc.constant('ble-notification' as const),
      characteristic: fc.constantFrom('2a37' as const, '2a53' as const, '2a19' as const),
      ...ble,
      ...optional,
    },
    { requiredKeys: ['kind', 'at', 'bytes', 'address', 'characteristic'] },
  ),
  fc.record(
    { kind: fc.constant('ble-advertisement' as const), companyId: fc.integer({ min: 0, max: 65_535 }), ...ble, ...optional },
    { requiredKeys: ['kind', 'at', 'bytes', 'address', 'companyId'] },
  ),
);

test('any event comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 20 }), (events) => {
      const file = newFile();
      const inOrder = events.toSorted((a, b) => a.at - b.at);
      write(file, inOrder);
      expect([...loadRecording(file).events()]).toEqual(inOrder);
    }),
    { numRuns: 50 },
  );
});

const frame = (at: number) => `{"kind":"ant-frame","at":${at},"bytes":"a4"}\n`;
const header = '{"kind":"recording","v":1}\n';
const anchor = (offsetMs: number) => `{"kind":"anchor","offsetMs":${offsetMs}}\n`;

test.each<[string, string, number[]]>([
  ['times before the anchor get its offset', header + frame(5) + anchor(START) + frame(START + 9), [START + 5, START + 9]],
  ['each process has its own anchor', header + frame(5) + anchor(START) + header + frame(7) + anchor(START + 1), [START + 5, START + 8]],
  ['a process that had the time at once', header + anchor(START) + frame(START) + header + frame(START + 3), [START, START + 3]],
  ['without a header', frame(START) + frame(START + 1), [START, START + 1]],
  ['a little back is put right', frame(START + 9) + frame(START) + frame(START + 10), [START + 9, START + 9, START + 10]],
  ['a last line that is cut off', `${frame(START)}{"kind":"ant-fr`, [START]],
  [
    'a process that was stopped in the middle of a line',
    `${frame(START)}{"kind":"ant-fr\n${header}${frame(START + 5)}`,
    [START, START + 5],
  ],
  ['a mark of UTF-8', `\ufeff${frame(START)}`, [START]],
  ['empty lines and Windows ends', `\n${frame(START).replace('\n', '\r\n')}\n`, [START]],
])('%s', (_, text, ats) => {
  expect([...loadRecording(newFile(text)).events()].map(({ at }) => at)).toEqual(ats);
});

test.each<[string, string, RegExp]>([
  ['rubbish', `${frame(START)}rubbish\n${frame(START)}`, /line 2: this is no line of a recording: "rubbish"$/],
  ['rubbish, and an empty line after it', `${frame(START)}rubbish\n\n${frame(START)}`, /line 2: /],
  ['rubbish at the end, and an empty line after it', `${frame(START)}rubbish\n\n`, /line 2: /],
  ['half a byte', '{"kind":"ant-frame","at":1,"bytes":"a"}\n', /line 1/],
  ['no address', '{"kind":"ble-advertisement","at":1,"companyId":107,"bytes":""}\n', /line 1/],
  ['a version that is not known', '{"kind":"recording","v":2}\n', /line 1/],
  ['times that nobody knows', header + frame(5) + header + anchor(START) + frame(START), /line 2: nobody knows when this was/],
  ['no lines at all', 'a'.repeat(200_000), /is no recording: it has a line of more than 65536 characters/],
  ['two recordings', frame(START + 60_000) + frame(START), /line 2: goes back by 60 s\. Cut the file there/],
  ['a time that cannot be', frame(9_000_000_000_000_000), /line 1: has the time 9000000000000000, which cannot be/],
  ['a jump of 40 days', frame(START) + frame(START + 40 * 86_400_000), /line 2: has the time \d+, 40 days after the line before/],
  ['bytes of another program', `${frame(START)}\u001b[2J\u0000\n${frame(START)}`, /line 2: .*"\\u001b\[2J\\u0000"$/],
  ['nothing', header, /^There is no frame in the recording/],
])('%s is refused, with the line', (_, text, message) => {
  expect(() => loadRecording(newFile(text))).toThrow(RecordingError);
  expect(() => loadRecording(newFile(text))).toThrow(message);
});

test('what is written while it plays is no part of it', () => {
  const file = newFile(frame(START) + frame(START + 1));
  const played = loadRecording(file).events()[Symbol.iterator]();
  played.next();
  write(file, taken(3));
  expect([played.next().value?.at, played.next().done]).toEqual([START + 1, true]);
});

test('a folder in the place of a file', () => {
  expect(() => loadRecording('/')).toThrow(
    'Cannot read the recording /: it is a folder; PULSEBOARD_REPLAY_DIR plays a folder of workouts.',
  );
});

test('a file that is not there', () => {
  expect(() => loadRecording('/none/room.jsonl')).toThrow('Cannot read the recording /none/room.jsonl: there is no such file.');
});

test('what `record` writes is never written over, a log is gone on with', () => {
  const file = newFile('');
  expect(() => openRadioLog(file, () => {}, 'wx')).toThrow(`${file} is there already: choose another name, or delete it first.`);
  write(file, taken(1));
  write(file, taken(1));
  expect(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line === header.trim()),
  ).toHaveLength(2);
});
