import { pino } from 'pino';
import { emptyRoster, Roster } from '../aggregation/roster.js';
import { Boards } from '../board/boards.js';
import type { Pipeline } from '../ingest/pipeline.js';
import { StrapLinks } from '../ingest/strap-links.js';
import { People } from '../registry/people.js';
import type { Registry } from '../registry/registry.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import type { Arrival } from './arrivals.js';
import { pipelineOn, READINGS_MS } from './pipeline-on.js';

/** Ada wears two straps and a foot pod; Bruno's strap was Chiara's before; the others are guests. */
export const roster = new Roster({
  ...emptyRoster,
  assignments: [
    { sensor: 'ant-hr-1', member: 'ada', from: 0 },
    { sensor: 'ble-a0b1c2d3e4f5', member: 'ada', from: 0 },
    { sensor: 'ant-sdm-1', member: 'ada', from: 0 },
    { sensor: 'ant-hr-2', member: 'bruno', from: 0 },
  ],
  profiles: [
    { member: 'ada', from: 0, ageYears: 34, weightKg: 62, sex: 'female', ownHrMaxBpm: 188 },
    { member: 'bruno', from: 0, ageYears: 41, weightKg: 84 },
  ],
});

const NO_BYTES = new Uint8Array();
/** Flushes until nothing waits; more than this is a fault. */
const MAX_FLUSHES = 1000;

/** A pipeline with boards on a store, driven by a clock that moves from arrival to arrival. */
export class ProcessorRun {
  now: number;
  boards!: Boards;
  pipeline!: Pipeline;
  /** Only with a registry. */
  links!: StrapLinks;
  /** Who was taken off a board because of a link. */
  readonly left: string[] = [];
  #store!: TimeSeriesStore;

  private constructor(
    private readonly openStore: () => Promise<TimeSeriesStore>,
    begin: number,
    private readonly registry?: Registry,
  ) {
    this.now = begin;
  }

  /** @param begin UTC ms at which the processor starts; @param registry in the place of `roster`: then straps are linked, too */
  static async start(openStore: () => Promise<TimeSeriesStore>, begin: number, registry?: Registry): Promise<ProcessorRun> {
    const run = new ProcessorRun(openStore, begin, registry);
    await run.#start();
    return run;
  }

  get store(): TimeSeriesStore {
    return this.#store;
  }

  /** Ends the process and starts another one on what it stored; what was not flushed comes again, as gateways do. */
  async restart(): Promise<void> {
    await this.#store.close();
    await this.#start();
  }

  /** Takes all that comes until `until`, and flushes it. */
  async take(arrivals: readonly Arrival[], until: number): Promise<void> {
    this.now = until;
    for (const { from, batch } of arrivals) this.pipeline.receive(from, batch, NO_BYTES);
    let flushes = 0;
    do await this.pipeline.flush();
    while (this.pipeline.held > 0 && ++flushes < MAX_FLUSHES);
  }

  /** All arrivals in steps of `stepMs`, then silence until every second is closed. */
  async takeAll(arrivals: readonly Arrival[], stepMs: () => number, between: () => Promise<void> = async () => {}): Promise<void> {
    let i = 0;
    while (i < arrivals.length) {
      const until = Math.max(this.now, arrivals[i]!.at) + stepMs();
      const first = i;
      while (i < arrivals.length && arrivals[i]!.at <= until) i++;
      await this.take(arrivals.slice(first, i), until);
      await between();
    }
    await this.take([], this.now + 30_000);
  }

  async #start(): Promise<void> {
    this.#store = await this.openStore();
    const people = this.registry && new People(this.registry);
    await people?.loadAll();
    const rosterOf = people?.rosterOf ?? (() => roster);
    const clock = () => this.now;
    this.boards = new Boards(rosterOf);
    const { registry, boards } = this;
    if (registry && people)
      this.links = await StrapLinks.open({
        registry,
        useRoster: (gym, data) => {
          people.use(gym, data);
          for (const { member } of boards.regroup(gym)) this.left.push(member);
        },
        clock,
        readingsMs: READINGS_MS,
        log: pino({ level: 'silent' }),
      });
    this.pipeline = await pipelineOn({
      store: this.#store,
      rosterOf,
      clock,
      // A short memory, so that late readings make it ask the store.
      keepMs: 15_000,
      boards,
      ...(people ? { prepareRoom: people.prepare, isPrepared: people.isPrepared } : {}),
      ...(registry ? { regroupings: this.links, onHeard: (reading, now) => this.links.note(reading, now) } : {}),
    });
  }
}
