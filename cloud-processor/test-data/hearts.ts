import type { Random } from './random.js';

/** How a heart beats. */
export interface Heart {
  /** Beats a minute that it settles at, at a moment (s). */
  bpm(seconds: number): number;
  /** 0 at rest to 1 at the hardest: intervals vary less the harder it works. */
  effort: number;
  /** Share of the variation that is usual; less is a steadier heart. */
  variability?: number;
}

const RISE_TIME_CONSTANT_S = 25;
const FALL_TIME_CONSTANT_S = 40;
const ECTOPIC_PROBABILITY = 1 / 500;

/** A draw from the standard normal distribution (Box and Muller, 1958). */
export const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/**
 * Times of beats, ms, from 0 on. The gateway's simulated class has the same model: the mean follows with a first-order lag, single intervals swing with the breath
 * (P. E. McSharry et al., IEEE Trans. Biomed. Eng. 50(3):289, 2003) and with noise, and a premature beat comes now and then.
 */
export function beatTimes({ bpm, effort, variability = 1 }: Heart, durationMs: number, random: Random): number[] {
  const times: number[] = [];
  const calm = 1 - effort;
  const breathsPerS = (0.25 + 0.4 * effort) * (0.9 + 0.2 * random());
  let breathRadians = random() * 2 * Math.PI;
  let meanBpm = bpm(0);
  let share = 1;
  for (let ms = -3000 * random(); ms < durationMs; ) {
    const swing = (0.004 + 0.04 * calm * calm) * Math.sin(breathRadians);
    const noise = (0.003 + 0.01 * calm) * Math.max(-3, Math.min(3, normal(random)));
    let rrS = (60 / meanBpm) * share * (1 + variability * (swing + noise));
    share = 1;
    if (random() < ECTOPIC_PROBABILITY * variability) {
      rrS *= 0.65;
      share = 1.35;
    }
    ms += rrS * 1000;
    breathRadians += 2 * Math.PI * breathsPerS * rrS;
    const target = bpm(ms / 1000);
    meanBpm += (target - meanBpm) * (1 - Math.exp(-rrS / (target > meanBpm ? RISE_TIME_CONSTANT_S : FALL_TIME_CONSTANT_S)));
    times.push(ms);
  }
  return times;
}
