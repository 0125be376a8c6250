import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DemoPerson } from '@pulseboard/contract';
import { loadWorkouts, type Workout } from '@pulseboard/edge-gateway/parts';

const folder = fileURLToPath(new URL('../../../../shared/data/workouts', import.meta.url));

/** Recorded workouts of real athletes lie beside the checkout. */
export const hasWorkouts = existsSync(folder);

/** Athletes have warmed up by then. */
const BEGIN_MS = 20 * 60_000;
/** Recordings with a row a second or so: the strap is silent in longer gaps. */
const LONGEST_GAP_MS = 10_000;

/**
 * Recorded hearts in the chests of people of a class: each wearer of an ANT+ strap without a foot pod gets one, as long as there are any.
 * @param lastsMs how much of each is wanted
 */
export async function recordedHearts(people: readonly DemoPerson[], lastsMs: number): Promise<Map<DemoPerson, Workout>> {
  const hearts = new Map<DemoPerson, Workout>();
  if (!hasWorkouts) return hearts;
  const workouts = (await loadWorkouts(folder)).workouts.map((workout) => cut(workout, lastsMs)).filter(isDense);
  const wearers = people.filter(({ protocol, footPodDeviceNumber }) => protocol === 'ant' && footPodDeviceNumber === undefined);
  for (const [i, workout] of workouts.slice(0, wearers.length).entries())
    hearts.set(wearers[i]!, { ...workout, deviceNumber: wearers[i]!.antDeviceNumber! });
  return hearts;
}

/** From its twentieth minute on. */
function cut(workout: Workout, lastsMs: number): Workout {
  const rows = workout.rows
    .filter(({ elapsedMs, heartRateBpm }) => heartRateBpm !== undefined && elapsedMs >= BEGIN_MS && elapsedMs < BEGIN_MS + lastsMs)
    .map((row) => ({ ...row, elapsedMs: row.elapsedMs - BEGIN_MS }));
  return { ...workout, rows, durationMs: lastsMs };
}

function isDense({ rows, durationMs }: Workout): boolean {
  const times = [0, ...rows.map(({ elapsedMs }) => elapsedMs), durationMs];
  return times.every((at, i) => at - (times[i - 1] ?? 0) <= LONGEST_GAP_MS);
}
