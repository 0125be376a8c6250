import { secondPoints, sessionMemberPoints, sessionMemberRow } from '@pulseboard/cloud-processor/parts';
import type { MemberSecond, Session } from '@pulseboard/contract';

const SECOND_MS = 1000;
const HOUR_S = 3600;
const SESSIONS_A_DAY = 8;
const DAYS = 7;
const DAY_MS = 86_400_000;
const ROOM = { gym: 'demo', room: 'main' };

/** An hour of a large class, which goes on, and a week of sessions before it; the figures are made up, their number is not. */
export class LongClass {
  readonly members = 100;
  readonly #begin: number;

  /** @param now UTC ms */
  constructor(now: number) {
    this.#begin = Math.floor(now / SECOND_MS) * SECOND_MS - HOUR_S * SECOND_MS;
  }

  /** Lines of everything until now, in portions. */
  *past(): Iterable<string[]> {
    for (let s = 0; s < HOUR_S; s += 60)
      yield Array.from({ length: 60 }, (_, i) => this.secondsAt(this.#begin + (s + i) * SECOND_MS)).flat();
    for (let n = 1; n <= SESSIONS_A_DAY * DAYS; n++) yield this.#totalsOf(this.#begin - (n * DAY_MS) / SESSIONS_A_DAY, false);
    yield this.totals();
  }

  /** Lines of a second of everybody. @param at UTC ms */
  secondsAt(at: number): string[] {
    return Array.from({ length: this.members }, (_, i) => secondPoints.lineOf(this.#second(i, at)));
  }

  /** Lines of the running session's totals. */
  totals(): string[] {
    return this.#totalsOf(this.#begin, true);
  }

  #totalsOf(startedAt: number, isOnBoard: boolean): string[] {
    const session: Session = { ...ROOM, session: `open-${startedAt.toString(36)}`, kind: 'open-gym', state: 'running', startedAt };
    const sums = {
      seconds: HOUR_S,
      bpmTenths: HOUR_S * 1400,
      beats: 7800,
      steps: 0,
      stepSeconds: 0,
      pointSixtieths: 9000,
      microKcal: 610_000_000,
      energySeconds: HOUR_S,
    };
    return Array.from({ length: this.members }, (_, i) =>
      sessionMemberPoints.lineOf(sessionMemberRow(session, isOnBoard, nameOf(i), { ...sums, secondsInZone: [0, 600, 600, 900, 900, 600] })),
    );
  }

  #second(i: number, at: number): MemberSecond {
    const meanBpm = Math.round(1200 + 500 * Math.sin(at / 90_000 + i)) / 10;
    const hrMaxBpm = 180 + (i % 15);
    const zone = Math.min(5, Math.max(0, Math.floor((meanBpm / hrMaxBpm) * 10 - 4)));
    return {
      ...ROOM,
      member: nameOf(i),
      at,
      sensor: `ant-hr-${400_000 + i}`,
      gateway: `gateway-${1 + (i % 3)}`,
      meanBpm,
      minBpm: Math.floor(meanBpm) - 1,
      maxBpm: Math.ceil(meanBpm) + 1,
      samples: 2,
      beats: 2,
      meanRrMs: Math.round(600_000 / meanBpm) / 10,
      percentOfMax: Math.round((meanBpm * 1000) / hrMaxBpm) / 10,
      hrMaxBpm,
      hrMaxAssumed: false,
      zone,
      microKcal: 170_000 + i,
      pointSixtieths: zone,
      steps: 0,
      held: false,
    };
  }
}

const nameOf = (i: number): string => `member-${i + 1}`;
