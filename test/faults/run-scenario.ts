import { setTimeout as sleep } from 'node:timers/promises';
import { Chance } from '../simulation/chance.js';
import { allCaughtUp, GatewayHealths } from './gateway-healths.js';
import { LiveLatency, type Quantiles } from './live-latency.js';
import { Rig } from './rig.js';
import type { Knobs, Scenario } from './scenario.js';
import { judge, type Verdict } from './verdict.js';

/** What one scenario came to. */
export interface Outcome extends Verdict {
  scenario: string;
  /** Of readings that were decoded after the fault was healed and every gateway connected again. */
  live: Quantiles;
  /** From the healing until no gateway held anything older than a live reading; undefined when that did not come. */
  catchUpS: number | undefined;
  /** Most that a process took, MB. */
  peakMb: { broker: number; processor: number; gateway: number };
}

const CATCH_UP_DEADLINE_MS = 180_000;
const POLL_MS = 200;

/**
 * Starts all parts, does the harm, watches the catch-up and judges.
 * @param onEnd is given the rig before everything is removed
 */
export async function runScenario(
  scenario: Scenario,
  knobs: Knobs,
  say: (line: string) => void,
  onEnd: (rig: Rig, outcome: Outcome | undefined) => void = () => {},
): Promise<Outcome> {
  const { broker, store, air } = knobs;
  const rig = await Rig.start({
    broker,
    store,
    air,
    gateways: Array.from({ length: knobs.gateways }, (_, i) => `gateway-${i + 1}`),
    startAt: Date.now(),
    ...scenario.rig?.(knobs),
  });
  let outcome: Outcome | undefined;
  try {
    await sleep(knobs.warmUpMs);
    const wait = (ms: number) => sleep(Math.max(0, ms));
    await scenario.run({ rig, knobs, chance: new Chance(knobs.seed), say, wait });
    say('healed; watching the catch-up');
    const watched = await watchCatchUp(rig, knobs.watchMs);
    rig.notePeaks();
    const verdict = await judge(rig, scenario.mayDrop, say);
    outcome = { scenario: scenario.name, ...watched, ...verdict, peakMb: peaksOf(rig) };
    outcome.faults.push(...missedTargets(outcome, scenario.targets?.(knobs)));
    return outcome;
  } finally {
    onEnd(rig, outcome);
    await rig.close();
  }
}

/** Latencies count from when every gateway is connected again; the time until then is in the seconds to catch up. */
async function watchCatchUp(rig: Rig, watchMs: number): Promise<Pick<Outcome, 'live' | 'catchUpS'>> {
  const begun = performance.now();
  const latency = new LiveLatency(rig.url);
  const healths = await GatewayHealths.open(rig.mqttUrl);
  let connectedMs: number | undefined;
  let catchUpS: number | undefined;
  for (let elapsedMs = 0; elapsedMs < CATCH_UP_DEADLINE_MS; elapsedMs = performance.now() - begun) {
    if (await allCaughtUp(rig, healths)) catchUpS ??= elapsedMs / 1000;
    if (connectedMs === undefined && rig.gateways.every(({ id }) => healths.of(id))) {
      connectedMs = elapsedMs;
      latency.countFrom(Date.now());
    }
    if (catchUpS !== undefined && elapsedMs >= (connectedMs ?? 0) + watchMs) break;
    await sleep(POLL_MS);
  }
  latency.close();
  await healths.close();
  return { live: latency.quantiles(), catchUpS };
}

const peaksOf = ({ broker, processor, gateways }: Rig): Outcome['peakMb'] => ({
  broker: broker.peakMb,
  processor: processor.peakMb,
  gateway: Math.max(...gateways.map(({ part }) => part.peakMb)),
});

function missedTargets({ catchUpS, live }: Outcome, targets: ReturnType<NonNullable<Scenario['targets']>> = {}): string[] {
  const missed: string[] = [];
  if (catchUpS === undefined) missed.push(`it did not catch up within ${CATCH_UP_DEADLINE_MS / 1000} s`);
  else if (targets.catchUpS !== undefined && !(catchUpS < targets.catchUpS))
    missed.push(`it took ${catchUpS.toFixed(1)} s to catch up, the target is ${targets.catchUpS} s`);
  if (targets.liveP99Ms !== undefined && !(live.p99Ms < targets.liveP99Ms))
    missed.push(`live readings took ${live.p99Ms} ms (p99), the target is ${targets.liveP99Ms} ms`);
  return missed;
}
