import { createRandom, deriveSeed, normal } from './random.js';

/** How hard a person is asked to work, as a share of the heart-rate reserve (0 to 1), at a moment. */
export type WorkoutProgram = (elapsedS: number) => number;

/** One round of the circuit. People stand at different stations, so a class fills several zones at any moment. */
const stations = [
  { lastsS: 90, share: 0.3 },
  { lastsS: 90, share: 0.52 },
  { lastsS: 90, share: 0.76 },
  { lastsS: 120, share: 1 },
] as const;
const ROUND_S = stations.reduce((sum, station) => sum + station.lastsS, 0);
/** Multiples of the golden section spread any number of people evenly over the round. */
const GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;
const EFFORT_SPREAD = 0.04;

/**
 * An endless circuit training, for any moment in any order: negative times are the minutes before the start.
 * @param effort share of the reserve in a hard interval
 * @param place of the person in the class
 */
export function createWorkoutProgram(effort: number, place: number, seed: number): WorkoutProgram {
  const offsetS = ((place * GOLDEN_SECTION) % 1) * ROUND_S;
  return (elapsedS) => {
    const sinceFirstRoundS = elapsedS + offsetS;
    const round = Math.floor(sinceFirstRoundS / ROUND_S);
    let leftS = sinceFirstRoundS - round * ROUND_S;
    let station = 0;
    while (station < stations.length - 1 && leftS >= stations[station]!.lastsS) leftS -= stations[station++]!.lastsS;
    const mood = 1 + EFFORT_SPREAD * normal(createRandom(deriveSeed(seed, round, station)));
    return Math.min(0.99, Math.max(0.2, effort * stations[station]!.share * mood));
  };
}
