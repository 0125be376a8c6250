import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockState, Reading } from '@pulseboard/contract';
import type { RecoveredSpool, SpoolState } from '../publish/spool-state.js';
import { replaceFile, syncFolder } from '../replace-file.js';
import { type Anchor, readAnchor, writeAnchor } from './anchor.js';
import { BOOK_FILE, bookOf } from './book.js';
import { readCeiling, writeCeiling } from './ceiling.js';
import { FrameKind } from './frame.js';
import { recoverSpools, SET_ASIDE_FOLDER, type StoredSegment } from './recover.js';
import { readSegment, type SegmentContent, SegmentWriter, segmentPath } from './segment.js';

export interface DiskSpoolOptions {
  /** Holds one folder a spool. */
  folder: string;
  gateway: string;
  /** Of the spool of this process start, random. */
  id: string;
  /** Names the boot of the machine. */
  machineBoot: string;
  /** A segment is closed at this size. */
  segmentBytes?: number;
}

/** The spool folder cannot be used at all. The message is a sentence for people. */
export class SpoolFolderError extends Error {
  readonly code = 'SPOOL_FOLDER_UNUSABLE';
}

const SEGMENT_BYTES = 1_000_000;
/** Numbers that may be sent before the next sync: a second of the busiest room, many times over. */
const CEILING_HEADROOM = 2000;
/** Read again without the disk: what was just appended is what is sent next. */
const RECENT_READINGS = 4096;
/** What a full disk did not take waits here. */
const MAX_UNSPOOLED_READINGS = 20_000;
const CACHED_SEGMENTS = 2;
/** An SD card wears out by small writes. */
const BOOK_INTERVAL_MS = 60_000;
const MAX_SET_ASIDE = 1000;
const EMPTY = new Uint8Array();
/** A boot that ended without an anchor: what its clock said then is the best there is. */
const ESTIMATED: Anchor = { offsetMs: 0, state: 'unsynced' };

/** The readings of a gateway on disk: segment files of checksummed frames, one folder a spool. Only the newest spool is written to. */
export class DiskSpool {
  readonly #recent = new Map<number, Reading>();
  readonly #unspooled = new Map<number, Reading>();
  readonly #segments = new Map<string, StoredSegment[]>();
  readonly #anchors = new Map<string, Anchor>();
  readonly #cache = new Map<string, Map<number, Reading>>();
  readonly #books = new Map<string, { at: number; dropped: string }>();
  /** Older spools whose ceiling stands in a file of its own: their segments may go. */
  readonly #ceilingKept = new Set<string>();
  /** Anchors that the disk has not taken yet. */
  readonly #unwrittenAnchors = new Map<string, Anchor>();
  /** Segments that were closed and are still being synced. */
  readonly #closing = new Set<Promise<void>>();
  readonly #faults: { append?: string | undefined; sync?: string | undefined; other?: string | undefined } = {};
  #writer: SegmentWriter | undefined;
  /** A ceiling in the writer's segment survives a power cut. */
  #isWriterDurable = false;
  #ceiling = 0;
  #rate = 0;
  #sinceSync = 0;

  private constructor(
    private readonly options: DiskSpoolOptions,
    readonly recovered: readonly RecoveredSpool[],
    /** What was found wrong at the start, a sentence each. */
    readonly reports: readonly string[],
  ) {}

  /**
   * A card that is full or has become read-only is no reason not to begin: live readings go on without it.
   * @throws SpoolFolderError when the folder cannot be made or read
   */
  static open(options: DiskSpoolOptions): DiskSpool {
    const { folder, id, gateway, machineBoot } = options;
    try {
      mkdirSync(folder, { recursive: true });
      const { spools, reports } = recoverSpools(folder, gateway);
      const disk = new DiskSpool(options, spools, reports);
      for (const { id: older, segments, machineBoot: boot, ceiling } of spools) {
        disk.#segments.set(older, segments);
        disk.#keepCeiling(older, ceiling);
        const anchor = readAnchor(join(folder, older));
        if (anchor) disk.#anchors.set(older, anchor);
        else if (boot !== machineBoot) disk.#setAnchor(older, ESTIMATED);
      }
      disk.#segments.set(id, []);
      return disk;
    } catch (error) {
      throw new SpoolFolderError(
        `The spool folder ${folder} cannot be used (${faultOf(error)}); set PULSEBOARD_SPOOL_DIR to a folder that can be written.`,
      );
    }
  }

  /** Why the disk takes nothing at the moment; undefined while it does. */
  get diskFault(): string | undefined {
    return this.#faults.append ?? this.#faults.sync ?? this.#faults.other;
  }

  get bytes(): number {
    let bytes = this.#writer?.bytes ?? 0;
    for (const segments of this.#segments.values()) for (const segment of segments) bytes += segment.bytes;
    return bytes;
  }

  /** How far the times of a spool are to be trusted; undefined before its anchor: nothing of it may be sent then. */
  clockStateOf(spool: string): ClockState | undefined {
    return this.#anchors.get(spool)?.state;
  }

  /** The clock of this boot is anchored: what was written before, by this process or a former one, gets its UTC. Called once. */
  anchor(anchor: Anchor): void {
    for (const [spool] of this.#segments) {
      if (this.#anchors.has(spool)) continue;
      this.#setAnchor(spool, anchor);
      if (spool !== this.options.id) continue;
      for (const kept of [this.#recent, this.#unspooled])
        for (const [n, reading] of kept) kept.set(n, { ...reading, at: reading.at + anchor.offsetMs });
    }
    this.#cache.clear();
  }

  /**
   * Writes a reading down before it is sent. Before the anchor its `at` is the boot's own, afterwards UTC.
   * @returns numbers that could neither be written nor kept in memory any more: to be counted as dropped
   */
  append(number: number, reading: Reading): number[] {
    this.#recent.set(number, reading);
    this.#recent.delete(number - RECENT_READINGS);
    this.#sinceSync++;
    try {
      this.#write(this.#writerFor(number), number, reading);
      this.#faults.append = undefined;
    } catch (error) {
      this.#faults.append = faultOf(error);
      this.#closeWriter(number);
      this.#unspooled.set(number, reading);
    }
    const lost: number[] = [];
    for (const oldest of this.#unspooled.keys()) {
      if (this.#unspooled.size <= MAX_UNSPOOLED_READINGS) break;
      this.#unspooled.delete(oldest);
      lost.push(oldest);
    }
    return lost;
  }

  /**
   * Makes what was appended survive a power cut, and what waited in memory with it. Nothing is written when nothing is new.
   * @param written highest number appended
   * @returns the ceiling: durable, unless the disk takes not even a block that it has; live readings go on then all the same
   */
  async sync(written: number): Promise<number> {
    const isIdle = this.#sinceSync === 0 && this.#unspooled.size === 0 && this.#isWriterDurable;
    this.#rate = Math.max(this.#sinceSync, this.#rate / 2);
    this.#sinceSync = 0;
    for (const [spool, anchor] of this.#unwrittenAnchors) this.#setAnchor(spool, anchor);
    if (isIdle && this.#ceiling >= written + CEILING_HEADROOM / 2 && this.diskFault === undefined) return this.#ceiling;
    const ceiling = Math.max(this.#ceiling, written + Math.max(CEILING_HEADROOM, Math.ceil(this.#rate * 4)));
    try {
      const writer = this.#writerFor(written + 1);
      writer.append(FrameKind.ceiling, ceiling, EMPTY);
      await Promise.all([...this.#closing, writer.sync()]);
      this.#isWriterDurable = writer === this.#writer;
      this.#faults.sync = undefined;
      if (this.#unspooled.size === 0) this.#faults.append = undefined;
      this.#faults.other = undefined;
    } catch (error) {
      this.#faults.sync = faultOf(error);
      this.#keepCeiling(this.options.id, ceiling);
    }
    this.#ceiling = ceiling;
    return ceiling;
  }

  /** The readings of a span without holes; one that cannot be read any more ends it. */
  read(spool: string, first: number, last: number): Reading[] {
    const readings: Reading[] = [];
    const growing = new Map<string, Map<number, Reading>>();
    for (let n = first; n <= last; n++) {
      const reading = this.#readingOf(spool, n, growing);
      if (!reading) break;
      readings.push(reading);
    }
    return readings;
  }

  /**
   * Deletes segments of which nothing is held, and now and then writes the book down: what it says is heard again, but for what was dropped.
   * @param now monotonic ms
   */
  forget(spool: SpoolState, now: number): void {
    const kept: StoredSegment[] = [];
    const segments = this.#segments.get(spool.id) ?? [];
    for (const segment of segments) {
      // Without its ceiling genuine commits of a spool would be refused: it is in the newest segment, or beside them all.
      const hasCeiling = spool.current ? !this.#isWriterDurable : segment === segments.at(-1) && !this.#ceilingKept.has(spool.id);
      if (hasCeiling || spool.heldIn(segment.first, segment.last).length || !this.#unlink(segment.path)) kept.push(segment);
    }
    this.#segments.set(spool.id, kept);
    if (spool.current) for (const n of this.#unspooled.keys()) if (!spool.isHeld(n)) this.#unspooled.delete(n);
    this.#saveBook(spool, now);
  }

  /** Keeps something for people, as long as not too much is kept already. @returns its path, or undefined when it could not be kept */
  setAside(name: string, text: string): string | undefined {
    const folder = join(this.options.folder, SET_ASIDE_FOLDER);
    try {
      mkdirSync(folder, { recursive: true });
      if (readdirSync(folder).length >= MAX_SET_ASIDE) return undefined;
      const path = join(folder, name);
      replaceFile(path, text, false);
      return path;
    } catch {
      return undefined;
    }
  }

  /** Deletes a spool that is done with. */
  remove(spool: string): void {
    this.#unlink(join(this.options.folder, spool));
    this.#segments.delete(spool);
    this.#anchors.delete(spool);
    this.#unwrittenAnchors.delete(spool);
    this.#ceilingKept.delete(spool);
    this.#books.delete(spool);
  }

  /** Segments in the order in which they go when there is no room: of the oldest spool first. `lastAt` is UTC ms. */
  *closedSegments(): Generator<{ spool: string; first: number; last: number; lastAt: number }> {
    for (const [spool, segments] of [...this.#segments]) {
      const offsetMs = this.#anchors.get(spool)?.offsetMs ?? 0;
      for (const { first, last, lastAt, isUnanchored } of [...segments])
        if (last >= first) yield { spool, first, last, lastAt: lastAt + (isUnanchored ? offsetMs : 0) };
    }
  }

  close(): void {
    this.#writer?.close();
    this.#writer = undefined;
  }

  /** @returns whether it is gone */
  #unlink(path: string): boolean {
    try {
      rmSync(path, { recursive: true, force: true });
      this.#cache.delete(path);
      return true;
    } catch (error) {
      this.#faults.other = faultOf(error);
      return false;
    }
  }

  #setAnchor(spool: string, anchor: Anchor): void {
    this.#anchors.set(spool, anchor);
    try {
      this.#makeFolder(spool);
      writeAnchor(join(this.options.folder, spool), anchor);
      this.#unwrittenAnchors.delete(spool);
    } catch (error) {
      this.#unwrittenAnchors.set(spool, anchor);
      this.#faults.other = faultOf(error);
    }
  }

  #keepCeiling(spool: string, ceiling: number): void {
    const { folder, gateway } = this.options;
    const path = join(folder, spool);
    try {
      if ((readCeiling(path)?.ceiling ?? -1) < ceiling) writeCeiling(path, { gateway, spool, ceiling });
      this.#ceilingKept.add(spool);
    } catch (error) {
      this.#faults.other = faultOf(error);
    }
  }

  #makeFolder(spool: string): void {
    const { folder } = this.options;
    if (mkdirSync(join(folder, spool), { recursive: true })) syncFolder(folder);
  }

  #write(writer: SegmentWriter, number: number, reading: Reading): void {
    const kind = this.#anchors.has(this.options.id) ? FrameKind.reading : FrameKind.unanchored;
    writer.append(kind, number, Buffer.from(JSON.stringify(reading)));
  }

  /** @param number of the reading that is written next */
  #writerFor(number: number): SegmentWriter {
    const full = this.#writer && this.#writer.bytes >= (this.options.segmentBytes ?? SEGMENT_BYTES);
    if (full && this.#writer!.firstNumber < number) this.#closeWriter(number);
    this.#writer ??= this.#beginSegment(number);
    return this.#writer;
  }

  /** A new segment takes what waited in memory while the disk took nothing. */
  #beginSegment(number: number): SegmentWriter {
    const { folder, gateway, id, machineBoot } = this.options;
    this.#makeFolder(id);
    // Its block is there before the disk may be full.
    if (!this.#ceilingKept.has(id)) this.#keepCeiling(id, this.#ceiling);
    const [lowest = number] = this.#unspooled.keys();
    const writer = new SegmentWriter(segmentPath(join(folder, id), lowest), { v: 1, gateway, spool: id, machineBoot }, lowest);
    try {
      for (const [n, reading] of this.#unspooled) this.#write(writer, n, reading);
    } catch (error) {
      writer.close();
      this.#unlink(writer.path);
      throw error;
    }
    this.#unspooled.clear();
    this.#isWriterDurable = false;
    return writer;
  }

  /** The next reading begins a new segment. @param next its number */
  #closeWriter(next: number): void {
    const writer = this.#writer;
    if (!writer) return;
    this.#writer = undefined;
    this.#isWriterDurable = false;
    const { path, bytes, firstNumber: first } = writer;
    if (first === next) {
      writer.close();
      this.#unlink(path);
      return;
    }
    const synced = writer
      .sync()
      .catch((error) => {
        this.#faults.sync = faultOf(error);
      })
      .finally(() => {
        writer.close();
        this.#closing.delete(synced);
      });
    this.#closing.add(synced);
    const isUnanchored = !this.#anchors.has(this.options.id);
    const lastAt = this.#recent.get(next - 1)?.at ?? 0;
    this.#segments.get(this.options.id)!.push({ path, bytes, first, last: next - 1, lastAt, isUnanchored });
  }

  /** @param growing content of the segment that is still written to, read once a call */
  #readingOf(spool: string, n: number, growing: Map<string, Map<number, Reading>>): Reading | undefined {
    const inMemory = spool === this.options.id ? (this.#recent.get(n) ?? this.#unspooled.get(n)) : undefined;
    if (inMemory) return inMemory;
    const stored = this.#segments.get(spool)?.find(({ first, last }) => n >= first && n <= last)?.path;
    if (stored !== undefined) return this.#contentOf(spool, stored, this.#cache).get(n);
    return spool === this.options.id && this.#writer ? this.#contentOf(spool, this.#writer.path, growing).get(n) : undefined;
  }

  #contentOf(spool: string, path: string, cache: Map<string, Map<number, Reading>>): Map<number, Reading> {
    let content = cache.get(path);
    if (!content) {
      const { readings, unanchored } = this.#readSegment(path);
      content = readings;
      const offsetMs = this.#anchors.get(spool)?.offsetMs ?? 0;
      for (const n of unanchored) content.set(n, { ...content.get(n)!, at: content.get(n)!.at + offsetMs });
      cache.set(path, content);
      for (const oldest of cache.keys()) if (cache.size > CACHED_SEGMENTS) cache.delete(oldest);
    }
    return content;
  }

  /** What cannot be read is not there: who sends it counts it as damaged. */
  #readSegment(path: string): SegmentContent {
    try {
      return readSegment(path);
    } catch (error) {
      this.#faults.other = faultOf(error);
      return { readings: new Map(), unanchored: new Set() };
    }
  }

  #saveBook(spool: SpoolState, now: number): void {
    const book = bookOf(spool);
    const dropped = JSON.stringify(book.dropped);
    const saved = this.#books.get(spool.id);
    if (saved && saved.dropped === dropped && now - saved.at < BOOK_INTERVAL_MS) return;
    const path = join(this.options.folder, spool.id, BOOK_FILE);
    try {
      replaceFile(path, JSON.stringify(book), false);
      this.#books.set(spool.id, { at: now, dropped });
    } catch (error) {
      this.#faults.other = faultOf(error);
    }
  }
}

const faultOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).message;
