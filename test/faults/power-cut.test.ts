import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chance } from '../simulation/chance.js';
import { cutPower, framesOf } from './power-cut.js';

const HEADER = 1;
const READING = 2;
const CEILING = 3;

function frame(kind: number, number: number, payload = ''): Buffer {
  const bytes = Buffer.alloc(18 + payload.length);
  bytes.writeUInt16LE(0x50b5, 0);
  bytes[2] = kind;
  bytes.writeUInt32LE(payload.length, 4);
  bytes.writeUIntLE(number, 8, 6);
  bytes.write(payload, 18);
  return bytes;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-power-cut-'));
  mkdirSync(join(folder, 'aaaaaaaa'));
  writeFileSync(join(folder, 'clock.json'), '{}');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('frames up to the first that is not whole', () => {
  const whole = [frame(HEADER, 1, '{}'), frame(READING, 1, 'abc'), frame(CEILING, 2000)];
  const bytes = Buffer.concat([...whole, frame(READING, 2, 'abcdef').subarray(0, 20)]);
  expect(framesOf(bytes)).toEqual([
    { kind: HEADER, number: 1, end: 20 },
    { kind: READING, number: 1, end: 41 },
    { kind: CEILING, number: 2000, end: 59 },
  ]);
  expect(framesOf(Buffer.alloc(0))).toEqual([]);
});

test('a cut takes some of what came after the last ceiling, and tells exactly which readings', () => {
  const path = join(folder, 'aaaaaaaa', '000000000000001.segment');
  const synced = Buffer.concat([frame(HEADER, 1, '{}'), frame(READING, 1, 'abc'), frame(CEILING, 2000)]);
  const unsynced = [2, 3, 4, 5].map((n) => frame(READING, n, 'x'.repeat(n)));
  const seen = new Set<number>();
  for (let seed = 0; seed < 200; seed++) {
    writeFileSync(path, Buffer.concat([synced, ...unsynced]));
    const { spool, bytes, numbers } = cutPower(folder, new Chance(seed));
    const left = framesOf(readFileSync(path)).filter(({ kind }) => kind === READING);
    expect(spool).toBe('aaaaaaaa');
    expect(statSync(path).size).toBe(Buffer.concat([synced, ...unsynced]).length - bytes);
    expect(statSync(path).size).toBeGreaterThanOrEqual(synced.length);
    expect([...left.map(({ number }) => number), ...numbers].sort()).toEqual([1, 2, 3, 4, 5]);
    seen.add(numbers.size);
  }
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});
