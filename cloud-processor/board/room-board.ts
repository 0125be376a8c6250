import {
  type Board,
  type Id,
  isGuest,
  type LiveRow,
  type MemberSecond,
  type RankBy,
  RESULTS_SHOWN_MS,
  type Session,
  type SessionResults,
} from '@pulseboard/contract';
import { isHeartRate } from '../aggregation/member-second.js';
import type { Roster } from '../aggregation/roster.js';
import type { StoredReading } from '../aggregation/stored-reading.js';
import { addSecond, noTotals, type Totals } from '../aggregation/totals.js';
import { GONE_AFTER_MS, LiveMember, LOST_AFTER_MS, MAX_AHEAD_MS, type PastOfMember } from './live-member.js';
import { openGym, sessionAt } from './open-gym.js';
import { rankedBy, ranksOf } from './ranking.js';
import { RoomClock } from './room-clock.js';
import { sessionResults } from './session-results.js';

/** On top of how late a reading may be that begins a session. */
const RECENT_SLACK_MS = 10_000;

/** What is shown of one room. Every time it needs is an argument. */
export class RoomBoard {
  readonly #members = new Map<Id, LiveMember>();
  /** Of the session. */
  #totals = new Map<Id, Totals>();
  /** The session that ended last, with its sums: they are kept when the next one begins. */
  #ended: { session: Session; totals: Map<Id, Totals> } | undefined;
  /** What a former process showed of members, until they are heard again. */
  readonly #past = new Map<Id, PastOfMember>();
  /** The stored seconds that a session which begins now may still reach back to. */
  readonly #recent = new Map<string, MemberSecond>();
  #newestSecond = 0;
  #session: Session | undefined;
  #lastReadingAt = 0;
  #clockFaults = 0;
  /** What the room's gateways say of the processor's clock: the live board follows them. */
  readonly clock = new RoomClock();

  constructor(
    readonly gym: Id,
    readonly room: Id,
    private readonly roster: () => Roster,
    private readonly slack: () => number = () => 0,
  ) {}

  get session(): Session | undefined {
    return this.#session;
  }

  /** Readings that were ahead of their arrival, or late although they were just made: their clock and the processor's differ. */
  get clockFaults(): number {
    return this.#clockFaults;
  }

  /** Sums over the stored seconds of the session, by member. */
  get totals(): ReadonlyMap<Id, Readonly<Totals>> {
    return this.#totals;
  }

  /** Goes on with a session of a former process, or shows the results of one that has just ended. @param totals sums of its stored seconds */
  resume(session: Session, totals: ReadonlyMap<Id, Totals>, lastReadingAt: number): void {
    this.#session = session;
    this.#lastReadingAt = lastReadingAt;
    this.recount(totals);
    this.#noteEnd();
  }

  /** What a former process showed of a member: whoever is heard again in time is no newcomer. */
  remember(member: Id, past: PastOfMember): void {
    this.#past.set(member, past);
  }

  /** Of the session that ended last, for a minute after its end. @param now UTC ms of the processor's clock */
  results(now: number): SessionResults | undefined {
    const ended = this.#ended;
    if (!ended || now - (ended.session.endedAt ?? now) >= RESULTS_SHOWN_MS) return undefined;
    const results = sessionResults(ended.session, ended.totals, this.roster());
    return results.members.length > 0 ? results : undefined;
  }

  /** Takes over the sums of the session as they are stored: what was added up here may be more or less than that. */
  recount(totals: ReadonlyMap<Id, Totals>): void {
    this.#totals.clear();
    this.#recent.clear();
    for (const [member, sums] of totals) this.#totals.set(member, sums);
  }

  /** Readings that were just made, and came late by the processor's clock. */
  noteLate(count: number): void {
    this.#clockFaults += count;
  }

  /** @param processorNow the processor's clock, UTC ms @returns whether the picture changed */
  note(reading: StoredReading, member: Id, processorNow: number): boolean {
    if (reading.at > processorNow + MAX_AHEAD_MS) this.#clockFaults++;
    const now = this.nowAt(processorNow);
    if (reading.at > now + MAX_AHEAD_MS) return false;
    this.#forgetFuture(now);
    if (!isHeartRate(reading)) return false; // a foot pod counts steps, it is nobody
    if (now - reading.at >= LOST_AFTER_MS + this.slack() && !this.#members.has(member)) return false;
    const live = this.#members.get(member);
    const changed = live ? live.note(reading) : true;
    if (!live) this.#members.set(member, new LiveMember(member, now, reading, this.#pastOf(member, reading.at)));
    if (!this.#session || this.#session.state === 'ended') this.#begin(reading.at);
    this.#lastReadingAt = Math.max(this.#lastReadingAt, reading.at);
    return changed;
  }

  /** Takes over what a flush changed: seconds of this room only. */
  derived(before: readonly MemberSecond[], after: readonly MemberSecond[]): void {
    for (const second of before) this.#add(second, -1);
    for (const second of after) this.#add(second, 1);
    this.#forgetOldSeconds();
  }

  /** Lets members leave and the session end. @returns the members that left */
  tick(processorNow: number): Id[] {
    const now = this.nowAt(processorNow);
    const gone = this.#forgetFuture(now);
    for (const [member, live] of this.#members) if (now - live.lastReadingAt >= GONE_AFTER_MS + this.slack()) gone.push(member);
    for (const member of gone) this.#members.delete(member);
    for (const [member, { lastAt }] of this.#past) if (now - lastAt >= GONE_AFTER_MS + this.slack()) this.#past.delete(member);
    if (this.#session) this.#session = sessionAt(this.#session, this.#lastReadingAt, now);
    this.#noteEnd();
    if (this.#ended && now - (this.#ended.session.endedAt ?? now) >= RESULTS_SHOWN_MS && this.#ended.session !== this.#session)
      this.#ended = undefined;
    return gone;
  }

  /** A member who is now in another room. */
  leave(member: Id): boolean {
    return this.#members.delete(member);
  }

  /** Who was shown is somebody else, who was not: their place, their bpm and their picture of the last minute stay. */
  rename(member: Id, to: Id): void {
    const live = this.#members.get(member);
    if (!live) return;
    live.member = to;
    this.#members.delete(member);
    this.#members.set(to, live);
  }

  isShown(member: Id): boolean {
    return this.#members.has(member);
  }

  /** Members shown, with the strap that is shown of them, and when it was heard. */
  *shown(): Iterable<{ member: Id; sensor: Id; lastReadingAt: number }> {
    for (const { member, sensor, lastReadingAt } of this.#members.values()) yield { member, sensor, lastReadingAt };
  }

  rows(processorNow: number): LiveRow[] {
    const now = this.nowAt(processorNow);
    const roster = this.roster();
    const rows = [...this.#members.values()].map((live) =>
      live.row(
        now - this.slack(),
        roster.profileOf(live.member, now),
        this.#totals.get(live.member) ?? noTotals(),
        roster.nicknameOf(live.member),
        isGuest(live.member),
      ),
    );
    const ranks = ranksOf(rows);
    return rows.map((row) => ({ ...row, ranks: ranks.get(row.member)! }));
  }

  recentBpm(member: Id, processorNow: number): (number | null)[] | undefined {
    return this.#members.get(member)?.recentBpm(this.nowAt(processorNow));
  }

  board(rankBy: RankBy, processorNow: number): Board {
    const rows = rankedBy(rankBy, this.rows(processorNow));
    return {
      gym: this.gym,
      room: this.room,
      at: this.nowAt(processorNow),
      rankBy,
      ...(this.#session ? { session: this.#session } : {}),
      members: rows.map(({ ranks: _, ...row }, i) => ({ rank: i + 1, ...row })),
    };
  }

  /** The clock of everything that is shown. @param processorNow the processor's clock, UTC ms */
  nowAt(processorNow: number): number {
    return processorNow + this.clock.offsetMs;
  }

  /** The clock was ahead, and was set back: what it showed then would stand for as long. @returns the members that left */
  #forgetFuture(now: number): Id[] {
    const gone: Id[] = [];
    for (const [member, live] of this.#members) if (live.lastReadingAt > now + MAX_AHEAD_MS) gone.push(member);
    for (const member of gone) this.#members.delete(member);
    this.#lastReadingAt = Math.min(this.#lastReadingAt, now + MAX_AHEAD_MS);
    const session = this.#session;
    if (session && session.state !== 'ended' && session.startedAt > now + MAX_AHEAD_MS)
      this.#session = { ...session, state: 'ended', endedAt: session.startedAt };
    return gone;
  }

  #begin(at: number): void {
    this.#session = openGym(this.gym, this.room, at);
    this.#totals = new Map();
    const begin = beginOf(this.#session);
    for (const second of this.#recent.values()) if (second.at >= begin) this.#count(second, 1);
  }

  #add(second: MemberSecond, sign: 1 | -1): void {
    if (second.gym !== this.gym || second.room !== this.room) return;
    const key = `${second.member}/${second.at}`;
    if (sign === 1) this.#recent.set(key, second);
    else this.#recent.delete(key);
    this.#newestSecond = Math.max(this.#newestSecond, second.at);
    this.#count(second, sign);
  }

  #count(second: MemberSecond, sign: 1 | -1): void {
    const sums = this.#sumsOf(second.at);
    if (!sums) return;
    let totals = sums.get(second.member);
    if (!totals) {
      totals = noTotals();
      sums.set(second.member, totals);
    }
    addSecond(totals, second, sign);
  }

  /** The sums that a second belongs to: of the session, or, when it came late, of the one that has just ended. */
  #sumsOf(at: number): Map<Id, Totals> | undefined {
    if (this.#session && at >= beginOf(this.#session)) return this.#totals;
    return this.#ended && at >= beginOf(this.#ended.session) ? this.#ended.totals : undefined;
  }

  #noteEnd(): void {
    const session = this.#session;
    if (session?.state === 'ended' && this.#ended?.session !== session) this.#ended = { session, totals: this.#totals };
  }

  #pastOf(member: Id, at: number): PastOfMember | undefined {
    const past = this.#past.get(member);
    this.#past.delete(member);
    return past && at - past.lastAt < GONE_AFTER_MS ? past : undefined;
  }

  #forgetOldSeconds(): void {
    const before = this.#newestSecond - LOST_AFTER_MS - this.slack() - RECENT_SLACK_MS;
    for (const [key, { at }] of this.#recent) if (at < before) this.#recent.delete(key);
  }
}

/** Sessions count whole seconds. */
const beginOf = ({ startedAt }: Session): number => Math.floor(startedAt / 1000) * 1000;
