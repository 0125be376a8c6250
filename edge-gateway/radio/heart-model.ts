import type { DemoPerson } from '@pulseboard/contract';
import type { Beat } from './beat.js';
import { normal, type Random } from './random.js';
import type { WorkoutProgram } from './workout-program.js';

/**
 * Heart rate follows load as a first-order lag; on a treadmill its time constant was 57.6 s ("Identification of heart rate
 * dynamics during moderate-to-vigorous treadmill exercise", BioMedical Engineering OnLine, 2015, doi 10.1186/s12938-015-0112-7).
 * Quicker here, so that a visitor sees it move, and slower down than up, as people who recover are.
 */
const RISE_TIME_CONSTANT_S = 25;
const FALL_TIME_CONSTANT_S = 40;
/** Simulated before the start, so that the class is warm when somebody looks. */
const WARM_UP_MS = 300_000;
/** Beats handed over from before time 0, so that the first broadcast has two to show. */
const LEAD_MS = 4_000;
const ECTOPIC_PROBABILITY = 1 / 500;
/** A premature beat, and the pause that makes up for it. */
const ECTOPIC_SHARE = 0.65;
const COMPENSATORY_SHARE = 1.35;
/** Electrical noise: the strap shows 0 or 255 for one beat. */
const NOISE_PROBABILITY = 1 / 3000;
/** Weight of the newest interval in the heart rate that the strap shows. */
const SMOOTHING = 0.25;

export interface HeartModelOptions {
  person: Pick<DemoPerson, 'restBpm' | 'trueHrMaxBpm'>;
  program: WorkoutProgram;
  random: Random;
}

/**
 * An endless beat train. The mean follows the load with a lag; single intervals swing with the breath (respiratory sinus
 * arrhythmia, as in P. E. McSharry et al., IEEE Trans. Biomed. Eng. 50(3):289, 2003) and with noise, both less the harder
 * the heart works.
 */
export function* heartBeats({ person, program, random }: HeartModelOptions): Generator<Beat, never> {
  const reserveBpm = person.trueHrMaxBpm - person.restBpm;
  let atMs = -WARM_UP_MS - random() * 1000;
  let meanBpm = person.restBpm + 0.4 * reserveBpm;
  let breathRadians = random() * 2 * Math.PI;
  let shownRrS = 60 / meanBpm;
  let nextShare = 1;
  for (;;) {
    const share = (meanBpm - person.restBpm) / reserveBpm;
    let rrS = (60 / meanBpm) * nextShare * (1 + variation(share, breathRadians, random));
    nextShare = 1;
    if (random() < ECTOPIC_PROBABILITY) {
      rrS *= ECTOPIC_SHARE;
      nextShare = COMPENSATORY_SHARE;
    }
    atMs += rrS * 1000;
    breathRadians += 2 * Math.PI * breathsPerS(share) * rrS;
    const targetBpm = person.restBpm + program(atMs / 1000) * reserveBpm;
    const timeConstantS = targetBpm > meanBpm ? RISE_TIME_CONSTANT_S : FALL_TIME_CONSTANT_S;
    meanBpm += (targetBpm - meanBpm) * (1 - Math.exp(-rrS / timeConstantS));
    shownRrS += SMOOTHING * (rrS - shownRrS);
    const computedBpm = random() < NOISE_PROBABILITY ? (random() < 0.5 ? 0 : 255) : Math.round(60 / shownRrS);
    if (atMs >= -LEAD_MS) yield { atMs, computedBpm, countStep: 1 };
  }
}

/** Relative change of one interval. */
function variation(share: number, breathRadians: number, random: Random): number {
  const calm = 1 - Math.min(1, Math.max(0, share));
  return (0.004 + 0.04 * calm * calm) * Math.sin(breathRadians) + (0.003 + 0.01 * calm) * Math.max(-3, Math.min(3, normal(random)));
}

const breathsPerS = (share: number): number => 0.25 + 0.4 * share;
