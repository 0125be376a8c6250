import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reading } from '@pulseboard/contract';
import { GatewayProtocol } from '../publish/gateway-protocol.js';
import { createRandom } from '../radio/random.js';
import { DiskSpool } from './disk-spool.js';
import { SET_ASIDE_FOLDER } from './recover.js';

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
  ).toThrow(/^The spool folder .* cannot be used \(ENOTDIR\); set PULSEBOARD_SPOOL_DIR/);
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
