import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ClockState, fileFault, type Reading, UserFacingError } from '@pulseboard/contract';
import type { RecoveredSpool, SpoolState } from '../publish/spool-state.js';
import { makeFolder } from '../replace-file.js';
import type { Anchor } from './anchor.js';
import { FrameKind } from './frame.js';
import { recoverSpools, type StoredSegment } from './recover.js';
import { SegmentWriter, segmentPath } from './segment.js';
import { SegmentCache, type SegmentReadings } from './segment-cache.js';
import { keepAside } from './set-aside.js';
import { SpoolMemory } from './spool-memory.js';
import { SpoolNotes } from './spool-notes.js';

export interface DiskSpoolOptions {
  /** Holds one folder a spool. */
  folder: string;
  gateway: string;
  /** Of the first spool of this process, random. */
  id: string;
  /** Names the boot of the machine. */
  machineBoot: string;
  /** A segment is closed at this size. */
  segmentBytes?: number;
}

/** The spool folder cannot be used at all. The message is a sentence for people. */
export class SpoolFolderError extends UserFacingError {
  readonly code = 'SPOOL_FOLDER_UNUSABLE';
}

const SEGMENT_BYTES = 1_000_000;
/** Numbers that may be sent before the next sync: a second of the busiest room, many times over. */
const CEILING_HEADROOM = 2000;
const EMPTY = new Uint8Array();
/** A boot that ended without an anchor: what its clock said then is the best there is. */
const ESTIMATED: Anchor = { offsetMs: 0, state: 'unsynced' };

/** The readings of a gateway on disk: segment files of checksummed frames, one folder a spool. Only the newest spool is written to. */
export class DiskSpool {
  #memory = new SpoolMemory();
  /** Of the spool that is written to. */
  #id: string;
  readonly #segments = new Map<string, StoredSegment[]>();
  readonly #notes: SpoolNotes;
  readonly #cache: SegmentCache;
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
  ) {
    const onFault = (error: unknown) => {
      this.#faults.other = faultOf(error);
    };
    this.#id = options.id;
    this.#notes = new SpoolNotes(options.folder, options.gateway, onFault);
    this.#cache = new SegmentCache(onFault);
  }

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
        disk.#notes.keepCeiling(older, ceiling);
        if (!disk.#notes.recallAnchor(older) && boot !== machineBoot) disk.#notes.setAnchor(older, ESTIMATED);
      }
      disk.#segments.set(id, []);
      return disk;
    } catch (error) {
      throw new SpoolFolderError(
        `The spool folder ${folder} cannot be used: ${fileFault(error)}; set PULSEBOARD_SPOOL_DIR to a folder that can be written.`,
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
    return this.#notes.anchorOf(spool)?.state;
  }

  /** Nothing waits in memory for the disk: then a new spool may begin. */
  get canTurn(): boolean {
    return this.#memory.unspooled.size === 0;
  }

  /**
   * Begins a new spool: its clock has another anchor than that of the one before.
   * @param next the number that the former spool would have had next
   */
  turn(id: string, anchor: Anchor, next: number): void {
    const former = this.#id;
    this.#closeWriter(next);
    this.#notes.keepCeiling(former, this.#ceiling);
    this.#id = id;
    this.#segments.set(id, []);
    this.#memory = new SpoolMemory();
    this.#ceiling = 0;
    this.#isWriterDurable = false;
    this.#notes.setAnchor(id, anchor);
  }

  /** The clock of this boot is anchored: what was written before, by this process or a former one, gets its UTC. Called once. */
  anchor(anchor: Anchor): void {
    for (const [spool] of this.#segments) {
      if (this.#notes.anchorOf(spool)) continue;
      this.#notes.setAnchor(spool, anchor);
      if (spool === this.#id) this.#memory.shift(anchor.offsetMs);
    }
    this.#cache.clear();
  }

  /**
   * Writes a reading down before it is sent. Before the anchor its `at` is the boot's own, afterwards UTC.
   * @returns numbers that could neither be written nor kept in memory any more: to be counted as dropped
   */
  append(number: number, reading: Reading): number[] {
    this.#memory.note(number, reading);
    this.#sinceSync++;
    try {
      this.#write(this.#writerFor(number), number, reading);
      this.#faults.append = undefined;
    } catch (error) {
      this.#faults.append = faultOf(error);
      this.#closeWriter(number);
      this.#memory.hold(number, reading);
    }
    return this.#memory.shed();
  }

  /**
   * Makes what was appended survive a power cut, and what waited in memory with it. Nothing is written when nothing is new.
   * @param written highest number appended
   * @returns the ceiling: durable, unless the disk takes not even a block that it has; live readings go on then all the same
   */
  async sync(written: number): Promise<number> {
    const isIdle = this.#sinceSync === 0 && this.#memory.unspooled.size === 0 && this.#isWriterDurable;
    this.#rate = Math.max(this.#sinceSync, this.#rate / 2);
    this.#sinceSync = 0;
    this.#notes.retryAnchors();
    if (isIdle && this.#ceiling >= written + CEILING_HEADROOM / 2 && this.diskFault === undefined) return this.#ceiling;
    const ceiling = Math.max(this.#ceiling, written + Math.max(CEILING_HEADROOM, Math.ceil(this.#rate * 4)));
    try {
      const writer = this.#writerFor(written + 1);
      writer.append(FrameKind.ceiling, ceiling, EMPTY);
      await Promise.all([...this.#closing, writer.sync()]);
      this.#isWriterDurable = writer === this.#writer;
      this.#faults.sync = undefined;
      if (this.#memory.unspooled.size === 0) this.#faults.append = undefined;
      this.#faults.other = undefined;
    } catch (error) {
      this.#faults.sync = faultOf(error);
      this.#notes.keepCeiling(this.#id, ceiling);
    }
    this.#ceiling = ceiling;
    return ceiling;
  }

  /** The readings of a span without holes; one that cannot be read any more ends it. */
  read(spool: string, first: number, last: number): Reading[] {
    const readings: Reading[] = [];
    let content: SegmentReadings | undefined;
    const growing = () => {
      content ??= this.#writer && this.#cache.read(this.#writer.path, this.#offsetMsOf(spool));
      return content;
    };
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
      const hasCeiling = spool.current ? !this.#isWriterDurable : segment === segments.at(-1) && !this.#notes.hasCeiling(spool.id);
      if (hasCeiling || spool.heldIn(segment.first, segment.last).length || !this.#unlink(segment.path)) kept.push(segment);
    }
    this.#segments.set(spool.id, kept);
    if (spool.current) this.#memory.retain((n) => spool.isHeld(n));
    this.#notes.saveBook(spool, now);
  }

  /** Keeps something for people, as long as not too much is kept already. @returns its path, or undefined when it could not be kept */
  setAside(name: string, text: string): string | undefined {
    return keepAside(this.options.folder, name, text);
  }

  /** Deletes a spool that is done with. */
  remove(spool: string): void {
    this.#unlink(join(this.options.folder, spool));
    this.#segments.delete(spool);
    this.#notes.forget(spool);
  }

  /** Segments in the order in which they go when there is no room: of the oldest spool first. `lastAt` is UTC ms. */
  *closedSegments(): Generator<{ spool: string; first: number; last: number; lastAt: number }> {
    for (const [spool, segments] of [...this.#segments]) {
      const offsetMs = this.#offsetMsOf(spool);
      for (const { first, last, lastAt, isUnanchored } of [...segments])
        if (last >= first) yield { spool, first, last, lastAt: lastAt + (isUnanchored ? offsetMs : 0) };
    }
  }

  /** @param spools whose books are written down: after an orderly end nothing that was committed is sent again */
  close(spools: readonly SpoolState[] = []): void {
    this.#writer?.close();
    this.#writer = undefined;
    for (const spool of spools) this.#notes.saveLastBook(spool);
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

  #offsetMsOf(spool: string): number {
    return this.#notes.anchorOf(spool)?.offsetMs ?? 0;
  }

  #write(writer: SegmentWriter, number: number, reading: Reading): void {
    const kind = this.#notes.anchorOf(this.#id) ? FrameKind.reading : FrameKind.unanchored;
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
    const { folder, gateway, machineBoot } = this.options;
    const id = this.#id;
    makeFolder(join(folder, id));
    // Its block is there before the disk may be full.
    if (!this.#notes.hasCeiling(id)) this.#notes.keepCeiling(id, this.#ceiling);
    const [lowest = number] = this.#memory.unspooled.keys();
    const writer = new SegmentWriter(segmentPath(join(folder, id), lowest), { v: 1, gateway, spool: id, machineBoot }, lowest);
    try {
      for (const [n, reading] of this.#memory.unspooled) this.#write(writer, n, reading);
    } catch (error) {
      writer.close();
      this.#unlink(writer.path);
      throw error;
    }
    this.#memory.settle();
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
    const isUnanchored = !this.#notes.anchorOf(this.#id);
    const lastAt = this.#memory.get(next - 1)?.at ?? 0;
    this.#segments.get(this.#id)!.push({ path, bytes, first, last: next - 1, lastAt, isUnanchored });
  }

  /** @param growing content of the segment that is still written to, read once a call */
  #readingOf(spool: string, n: number, growing: () => SegmentReadings | undefined): Reading | undefined {
    const isCurrent = spool === this.#id;
    const inMemory = isCurrent ? this.#memory.get(n) : undefined;
    if (inMemory) return inMemory;
    const stored = this.#segments.get(spool)?.find(({ first, last }) => n >= first && n <= last)?.path;
    if (stored !== undefined) return this.#cache.contentOf(stored, this.#offsetMsOf(spool)).get(n);
    return isCurrent ? growing()?.get(n) : undefined;
  }
}

const faultOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).message;
