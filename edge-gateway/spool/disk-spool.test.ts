import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reading } from '@pulseboard/contract';
import { GatewayProtocol } from '../publish/gateway-protocol.js';
import { createRandom } from '../radio/random.js';
import { DiskSpool } from './disk-spool.js';
import { SET_ASIDE_FOLDER } from './set-aside.js';

const T0 = 1_700_000_000_000;
const reading = (n: number): Reading => ({ sensor: `ant-hr-${n % 7}`, at: T0 + n * 13, heartRateBpm: 60 + (n % 100), beatCount: n % 256 });
const spoolId = (start: number) => `spool${String(start).padStart(4, '0')}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (start: number, segmentBytes = 2000) =>
  DiskSpool.open({ folder, gateway: 'gateway-1', id: spoolId(start), machineBoot: 'boot-1', segmentBytes });
const protocolOf = (disk: DiskSpool, start: number) => new GatewayProtocol(spoolId(start), disk.recovered, () => 0.5);
const committed = (spool: string, ranges: [number, number][], closed = false) => ({
  store: '5f0c3a9e21b7d846',
  epoch: 1,
  rejected: [],
  spools: [{ spool, ranges, gone: [], closed }],
});

function write(disk: DiskSpool, from: number, to: number): void {
  for (let n = from; n <= to; n++) disk.append(n, reading(n));
}

test('what was appended is read back, across segments and after a restart', () => {
  const disk = open(1);
  write(disk, 1, 300);
  expect(disk.read(spoolId(1), 1, 300)).toEqual(Array.from({ length: 300 }, (_, i) => reading(i + 1)));
  disk.close();
  const again = open(2);
  expect(again.reports).toEqual([]);
  expect(again.recovered).toMatchObject([{ id: spoolId(1), written: 300 }]);
  expect(again.read(spoolId(1), 1, 300)).toEqual(Array.from({ length: 300 }, (_, i) => reading(i + 1)));
  again.close();
});

test('segments are deleted once nothing of them is held, the spool once it is closed', async () => {
  const disk = open(1);
  const protocol = protocolOf(disk, 1);
  for (let n = 1; n <= 300; n++) disk.append(protocol.append(0), reading(n));
  protocol.raiseCeiling(await disk.sync(300));
  protocol.connect();
  protocol.due(1);
  const files = () => readdirSync(join(folder, spoolId(1))).filter((name) => name.endsWith('.segment')).length;
  const before = files();
  protocol.hear(
    committed(spoolId(1), [
      [1, 150],
      [152, 300],
    ]),
    2,
  );
  disk.forget(protocol.current, 2);
  expect(files()).toBeLessThan(before / 2);
  expect(disk.read(spoolId(1), 151, 151)).toEqual([reading(151)]);
  disk.close();

  const again = open(2);
  const next = protocolOf(again, 2);
  expect(next.spools[0]!.heldCount).toBe(1);
  next.hear(committed(spoolId(1), [[1, 300]]), 3);
  expect(next.newlyDrained().map(({ id }) => id)).toEqual([spoolId(1)]);
  const [finished] = next.hear(committed(spoolId(1), [[1, 300]], true), 4);
  again.remove(finished!.id);
  again.close();
  expect(readdirSync(folder)).toEqual([]);
});

test('a foreign and an unreadable file are set aside and told, the rest is kept', () => {
  const disk = open(1);
  write(disk, 1, 60);
  disk.close();
  const elsewhere = mkdtempSync(join(tmpdir(), 'pulseboard-spool-'));
  const other = DiskSpool.open({ folder: elsewhere, gateway: 'gateway-2', id: 'spoolother', machineBoot: 'boot-1', segmentBytes: 1e6 });
  write(other, 1, 5);
  other.close();
  cpSync(elsewhere, folder, { recursive: true });
  rmSync(elsewhere, { recursive: true });
  writeFileSync(join(folder, spoolId(1), '999999999999999.segment'), 'rubbish');
  const again = open(2);
  expect(again.reports.join('\n')).toMatch(/gateway-2/);
  expect(again.reports.join('\n')).toMatch(/no readable beginning/);
  expect(readdirSync(join(folder, SET_ASIDE_FOLDER))).toHaveLength(2);
  expect(again.read(spoolId(1), 1, 60)).toHaveLength(60);
  again.close();
});

test('damage in the middle costs what it hit, and is told', () => {
  const disk = open(1, 1e6);
  write(disk, 1, 60);
  disk.close();
  const [file] = readdirSync(join(folder, spoolId(1))).filter((name) => name.endsWith('.segment'));
  const path = join(folder, spoolId(1), file!);
  const bytes = readFileSync(path);
  bytes.fill(0, 3000, 3010);
  writeFileSync(path, bytes);
  const again = open(2);
  const spool = protocolOf(again, 2).spools[0]!;
  expect(again.reports).toHaveLength(1);
  expect(spool.droppedCounts()).toEqual({ lost: 1 });
  expect(spool.heldCount).toBe(59);
  for (const [first, last] of spool.heldIn(1, 60))
    expect(again.read(spool.id, first, last)).toEqual(Array.from({ length: last - first + 1 }, (_, i) => reading(first + i)));
  again.close();
});

test('a folder that cannot be used is one sentence', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() =>
    DiskSpool.open({ folder: join(folder, 'file', 'below'), gateway: 'gateway-1', id: spoolId(1), machineBoot: 'boot-1' }),
  ).toThrow(/^The spool folder .* cannot be used: .* \(ENOTDIR\); set PULSEBOARD_SPOOL_DIR/);
});

test('a gateway that hears nothing writes nothing, and what it held before stays', async () => {
  const disk = open(1, 400);
  const protocol = protocolOf(disk, 1);
  for (let n = 1; n <= 9; n++) disk.append(protocol.append(0), reading(n));
  protocol.raiseCeiling(await disk.sync(9));
  await disk.sync(9);
  const before = disk.bytes;
  for (let s = 0; s < 100; s++) await disk.sync(9);
  expect(disk.bytes).toBe(before);
  protocol.connect();
  protocol.due(1);
  protocol.hear(committed(spoolId(1), [[1, 3]]), 2);
  disk.forget(protocol.current, 2);
  disk.append(protocol.append(3), reading(10));
  await disk.sync(10);
  disk.close();
  const again = open(2);
  expect(again.read(spoolId(1), 4, 10)).toEqual([4, 5, 6, 7, 8, 9, 10].map(reading));
  again.close();
});

test('a segment that holds nothing but ceilings is not written on for ever, nor deleted while it is written', async () => {
  const disk = open(1, 200);
  const protocol = protocolOf(disk, 1);
  for (let round = 0; round < 40; round++) {
    // Each time more than the headroom, so that a ceiling has to be written though no reading came.
    protocol.raiseCeiling(await disk.sync(protocol.current.written + round * 2000));
    disk.forget(protocol.current, 0);
  }
  disk.append(protocol.append(0), reading(1));
  disk.forget(protocol.current, 0);
  disk.close();
  const again = open(2);
  expect(again.read(spoolId(1), 1, 1)).toEqual([reading(1)]);
  again.close();
});

test('committed segments stay until the ceiling stands in a newer one', async () => {
  const disk = open(1, 300);
  const protocol = protocolOf(disk, 1);
  for (let n = 1; n <= 3; n++) disk.append(protocol.append(0), reading(n));
  const ceiling = await disk.sync(3);
  protocol.raiseCeiling(ceiling);
  disk.append(protocol.append(0), reading(4)); // begins the next segment
  protocol.connect();
  protocol.due(1);
  protocol.hear(committed(spoolId(1), [[1, 3]]), 2);
  disk.forget(protocol.current, 2);
  disk.close();
  // A power cut that takes all of the young segment.
  const newest = readdirSync(join(folder, spoolId(1)))
    .filter((name) => name.endsWith('.segment'))
    .sort()
    .at(-1)!;
  truncateSync(join(folder, spoolId(1), newest), 0);
  const again = open(2);
  expect(again.recovered[0]!.ceiling).toBe(ceiling);
  again.close();
});

test('folders that are no spools are left alone and told, files that cannot be read too', () => {
  const disk = open(1);
  write(disk, 1, 5);
  disk.close();
  mkdirSync(join(folder, 'registry', 'base'), { recursive: true });
  writeFileSync(join(folder, 'registry', 'base', 'members'), 'people');
  mkdirSync(join(folder, 'lost+found'));
  mkdirSync(join(folder, spoolId(1), '000000000000009.segment'));
  const again = open(2);
  expect(readFileSync(join(folder, 'registry', 'base', 'members'), 'utf8')).toBe('people');
  expect([...again.reports].sort()).toEqual([
    'lost+found is no spool; it was left alone.',
    'registry is no spool; it was left alone.',
    `${join(spoolId(1), '000000000000009.segment')} cannot be read (EISDIR); it was left alone.`,
  ]);
  expect(again.read(spoolId(1), 1, 5)).toHaveLength(5);
  again.close();
});

test('a segment that vanishes while the gateway runs costs what was in it, and stops nothing', async () => {
  const disk = open(1, 500);
  write(disk, 1, 40);
  await disk.sync(40);
  disk.close();
  const again = open(2);
  const files = readdirSync(join(folder, spoolId(1)))
    .filter((name) => name.endsWith('.segment'))
    .sort();
  rmSync(join(folder, spoolId(1), files[1]!));
  const from = Number.parseInt(files[1]!, 10);
  expect(again.read(spoolId(1), 1, 40)).toHaveLength(from - 1);
  expect(again.diskFault).toBe('ENOENT');
  await again.sync(0);
  expect(again.diskFault).toBeUndefined();
  again.close();
});

test('the spool that began first is the first, and times before the anchor are told in UTC', async () => {
  const begun = [3, 1, 2];
  for (const [i, hours] of begun.entries()) {
    const disk = DiskSpool.open({ folder, gateway: 'gateway-1', id: `spool000${i}`, machineBoot: 'boot-1', segmentBytes: 300 });
    for (let n = 1; n <= 9; n++) disk.append(n, { ...reading(n), at: T0 + hours * 3_600_000 + n });
    disk.close();
  }
  const again = open(9);
  expect(again.recovered.map(({ id }) => id)).toEqual(['spool0001', 'spool0002', 'spool0000']);
  again.anchor({ offsetMs: 50_000, state: 'synced' });
  const [oldest] = again.closedSegments();
  expect(oldest).toMatchObject({ spool: 'spool0001', lastAt: again.read('spool0001', oldest!.last, oldest!.last)[0]!.at });
  expect(oldest!.lastAt).toBe(T0 + 3_600_000 + oldest!.last + 50_000);
  again.close();
});

test('while the disk takes no new file the ceiling still rises, and what waited in memory is written when it takes some again', async () => {
  const disk = open(1, 150);
  write(disk, 1, 3);
  await disk.sync(3);
  // Where the next segments would be, folders stand.
  const blocked = Array.from({ length: 60 }, (_, i) => join(folder, spoolId(1), `${String(i + 4).padStart(15, '0')}.segment`));
  const free = blocked.filter((path) => !readdirSync(join(folder, spoolId(1))).includes(path.slice(path.lastIndexOf('/') + 1)));
  for (const path of free) mkdirSync(path);
  write(disk, 4, 40);
  const ceiling = await disk.sync(40_000);
  expect(disk.diskFault).toBe('EEXIST');
  expect(ceiling).toBeGreaterThan(40_000);
  const full = open(2);
  expect(full.recovered.find(({ id }) => id === spoolId(1))!.ceiling).toBe(ceiling);
  full.close();

  for (const path of free) rmSync(path, { recursive: true });
  write(disk, 41, 41);
  await disk.sync(41);
  expect(disk.diskFault).toBeUndefined();
  disk.close();
  const again = open(3);
  expect(again.read(spoolId(1), 1, 41)).toEqual(Array.from({ length: 41 }, (_, i) => reading(i + 1)));
  again.close();
});

test('an older spool whose readings are all committed leaves its ceiling, not its segments', async () => {
  const disk = open(1);
  write(disk, 1, 100);
  const ceiling = await disk.sync(100);
  disk.close();
  const again = open(2);
  const spool = protocolOf(again, 2).spools[0]!;
  spool.hear([[1, 100]]);
  again.forget(spool, 0);
  expect(readdirSync(join(folder, spoolId(1))).filter((name) => name.endsWith('.segment'))).toEqual([]);
  again.close();
  const third = open(3);
  expect(third.recovered.find(({ id }) => id === spoolId(1))).toMatchObject({ ceiling, heard: [[1, 100]] });
  third.close();
});

test('the anchor is written down however early it comes', () => {
  const disk = open(1);
  disk.anchor({ offsetMs: 7, state: 'virtual' });
  disk.append(1, reading(1));
  disk.close();
  const again = DiskSpool.open({ folder, gateway: 'gateway-1', id: spoolId(2), machineBoot: 'another' });
  expect(again.clockStateOf(spoolId(1))).toBe('virtual');
  expect(again.read(spoolId(1), 1, 1)).toEqual([reading(1)]);
  again.close();
});

test('200 power cuts lose nothing that was synced and invent nothing', async () => {
  const random = createRandom(7);
  const between = (a: number, b: number) => a + Math.floor(random() * (b - a + 1));
  for (let start = 1; start <= 200; start++) {
    const disk = open(start, between(500, 4000));
    for (const spool of disk.recovered) disk.remove(spool.id); // each cut on its own
    let n = 0;
    let synced = 0;
    const lengths = new Map<string, number>();
    const path = join(folder, spoolId(start));
    mkdirSync(path);
    for (let syncs = between(0, 4); syncs >= 0; syncs--) {
      const until = n + between(0, 30);
      write(disk, n + 1, until);
      n = until;
      if (syncs === 0) break;
      await disk.sync(n);
      synced = n;
      for (const name of readdirSync(path)) lengths.set(name, statSync(join(path, name)).size);
    }
    disk.close();
    // What was not synced is cut at any byte; a segment begun since then may be gone wholly but for its name.
    for (const name of readdirSync(path)) {
      const size = statSync(join(path, name)).size;
      truncateSync(join(path, name), between(Math.min(size, lengths.get(name) ?? 0), size));
    }
    const again = open(10_000 + start, 1e6);
    const found = again.recovered.find(({ id }) => id === spoolId(start));
    const present = new Set<number>();
    for (const [from, to] of found?.present.toArray() ?? [])
      for (const [i, value] of again.read(spoolId(start), from, to).entries()) {
        present.add(from + i);
        expect(value).toEqual(reading(from + i));
      }
    for (let k = 1; k <= synced; k++) if (!present.has(k)) throw new Error(`start ${start}: ${k} was synced (of ${synced}) and is gone`);
    expect(Math.max(0, ...present)).toBeLessThanOrEqual(n);
    again.close();
    rmSync(folder, { recursive: true });
  }
});
