import type { Id, MemberSecond } from '@pulseboard/contract';
import type { StoredReading } from '../aggregation/stored-reading.js';
import type { DeadLetter } from '../ingest/dead-letter.js';
import type { SecondsOfMember, StoreWrite } from '../storage/time-series-store.js';
import { between, pick, type Random } from './random.js';
import { letterOf, readingAt, recordOf, secondOf, T0 } from './readings.js';
import type { Inhabitants } from './store-content.js';

const ROOMS: readonly Id[] = ['main', 'spin-room_2', 'studio'];
const GATEWAYS: readonly Id[] = ['gateway-1', 'gateway-2'];
const SENSORS: readonly Id[] = ['ant-hr-1', 'ant-hr-2', 'ble-a0b1c2d3e4f5', 'ant-sdm-17'];
/** Free text, as dead letters have it. */
const TEXTS = ['it\'s "no" reading \\', 'a\nb\r\nc\t\u0000', '💓 naïve ‮text', '', 'x=1,y="2" 3', '\\"', `'; DROP TABLE x; --`];
/** Late readings rewrite seconds that are this old at most. */
const LATEST_S = 150;

/** Flushes as a processor makes them, in the order in which it makes them: new seconds, rewritten ones, ones that move or vanish. */
export class RandomFlushes {
  readonly inhabitants: Inhabitants = { gyms: ['demo', 'other'], rooms: ROOMS, members: ['ada', 'bruno', 'guest-ant-hr-7'] };
  readonly #numbers = new Map<string, number>();
  readonly #letters: DeadLetter[] = [];
  /** Newest second that was ever written. */
  #written = -1;
  #now = 20;

  constructor(private readonly random: Random) {}

  next(): StoreWrite {
    this.#now += between(this.random, 1, 10);
    const readings = Array.from({ length: between(this.random, 0, 25) }, () => this.#reading());
    const removed = this.#letters.filter(() => this.random() < 0.1);
    for (const letter of removed) this.#letters.splice(this.#letters.indexOf(letter), 1);
    const deadLetters = this.random() < 0.3 ? Array.from({ length: between(this.random, 1, 3) }, () => this.#letter()) : [];
    this.#letters.push(...deadLetters);
    const spools = [...this.#numbers].map(([spool, last]) =>
      recordOf(spool, { gateway: gatewayOf(spool), ranges: [[1, last]], deadLettered: between(this.random, 0, 3) }),
    );
    return { readings, ...this.#seconds(), spools, deadLetters, removedDeadLetters: removed, watermarkAt: T0 + this.#now * 1000 };
  }

  #reading(): StoredReading {
    const { random } = this;
    const gateway = pick(random, GATEWAYS);
    const spool = `spool${gateway.replace('-', '')}${random() < 0.8 ? 'a' : 'b'}`;
    const number = (this.#numbers.get(spool) ?? 0) + 1;
    this.#numbers.set(spool, number);
    const optional: Partial<StoredReading> = {
      heartRateBpm: between(random, 25, 240),
      beatTimeMs: random() * 64_000,
      beatCount: between(random, 0, 255),
      beats: between(random, 0, 5),
      rrIntervalsMs: Array.from({ length: between(random, 0, 4) }, () => random() * 2000 + 0.001),
      contact: random() < 0.5,
      batteryPercent: between(random, 0, 100),
      steps: between(random, 0, 4_294_967_295),
      cadenceSpm: random() * 200,
      speedMps: random() * 10,
      running: random() < 0.5,
      distanceM: random() * 1e6,
      kcal: between(random, 0, 255),
      batteryState: pick(random, ['new', 'good', 'ok', 'low', 'critical'] as const),
      energyKj: between(random, 0, 65_535),
      rssiDbm: between(random, -128, 127),
      raw: between(random, 0, 2 ** 30)
        .toString(16)
        .padStart(8, '0'),
    };
    const some = Object.fromEntries(Object.entries(optional).filter(() => random() < 0.5));
    const ms = this.#now * 1000 - (random() < 0.9 ? between(random, 0, 3000) : between(random, 0, 4_000_000));
    return readingAt(ms, { ...some, gym: pick(random, ['demo', 'demo', 'other']), gateway, spool, number, sensor: pick(random, SENSORS) });
  }

  /** A run for some members: the newest ones, or earlier ones anew. */
  #seconds(): Pick<StoreWrite, 'seconds' | 'replaced'> {
    const { random } = this;
    const seconds: MemberSecond[] = [];
    const replaced: SecondsOfMember[] = [];
    for (const gym of this.inhabitants.gyms)
      for (const member of this.inhabitants.members) {
        if (random() < 0.4) continue;
        const to = this.#now - (random() < 0.5 ? 0 : between(random, 0, LATEST_S));
        const from = Math.max(0, to - between(random, 0, 12));
        if (from <= this.#written) replaced.push({ gym, member, from: T0 + from * 1000, to: T0 + Math.min(to, this.#written) * 1000 });
        let room = pick(random, ROOMS);
        for (let s = from; s <= to; s++) {
          if (random() < 0.1) room = pick(random, ROOMS);
          if (random() < 0.9) seconds.push(this.#second(s, { gym, member, room }));
        }
      }
    this.#written = this.#now;
    return { seconds, replaced };
  }

  #second(index: number, where: Pick<MemberSecond, 'gym' | 'member' | 'room'>): MemberSecond {
    const { random } = this;
    const {
      microKcal: _,
      steps: __,
      ...second
    } = secondOf(index, {
      ...where,
      meanBpm: between(random, 250, 2400) / 10,
      minBpm: between(random, 25, 100),
      maxBpm: between(random, 100, 240),
      beats: between(random, 0, 4),
      percentOfMax: between(random, 0, 1300) / 10,
      zone: between(random, 0, 5),
      pointSixtieths: between(random, 0, 5),
      held: random() < 0.2,
    });
    return {
      ...second,
      ...(random() < 0.6 ? { microKcal: between(random, 0, 400_000) } : {}),
      ...(random() < 0.6 ? { steps: between(random, 0, 3) } : {}),
      ...(random() < 0.6 ? { meanRrMs: between(random, 2500, 20_000) / 10 } : {}),
    };
  }

  #letter(): DeadLetter {
    const { random } = this;
    const spool = `spool${pick(random, GATEWAYS).replace('-', '')}a`;
    const number = (this.#numbers.get(spool) ?? 0) + 1;
    this.#numbers.set(spool, number);
    return letterOf(number, {
      spool,
      gateway: gatewayOf(spool),
      arrivedAt: T0 + this.#now * 1000,
      reason: pick(random, ['implausible', 'ahead', 'too-old']),
      detail: pick(random, TEXTS),
      payload: JSON.stringify(pick(random, TEXTS)) + pick(random, TEXTS),
    });
  }
}

const gatewayOf = (spool: string): Id => `gateway-${spool.includes('gateway1') ? 1 : 2}`;
