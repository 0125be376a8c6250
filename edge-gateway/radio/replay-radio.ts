import { ANT_HEART_RATE_PERIOD_MS } from './encode-ant.js';
import { mergeByTime } from './merge.js';
import { createPump, type PumpedRadio, type PumpOptions } from './pump.js';
import type { RadioEvent } from './radio-source.js';
import { beatRuns } from './replay-beats.js';
import { replayDurationMs, type Workout } from './replay-workouts.js';
import { AntHeartRateStrap } from './strap-encoder.js';

/** Every recorded strap is heard equally well. */
const REPLAY_RSSI_DBM = -60;

export interface Replay {
  workouts: readonly Workout[];
  /** UTC ms of `elapsed_s` 0 of every workout. */
  startAt: number;
}

/** The workouts side by side, each as the broadcasts of one strap, in order of `at`: a pure function of its arguments. Lazy. */
export const replayEvents = ({ workouts, startAt }: Replay): Iterable<RadioEvent> =>
  mergeByTime(workouts.map((workout) => strapEvents(workout, Math.floor(startAt))));

export interface ReplayRadioOptions extends PumpOptions, Replay {}

/** Recorded workouts as a radio; `ended` when the clock has come to the end of the longest. */
export function createReplayRadio({ workouts, startAt, ...pump }: ReplayRadioOptions): PumpedRadio {
  return createPump('replay', replayEvents({ workouts, startAt }), pump, Math.floor(startAt) + replayDurationMs(workouts));
}

/**
 * Within a run a broadcast at its first beat, then one each period, then one at its last beat. So each beat is on the air
 * at least once, as long as beats are further apart than the period (246 ms); of closer ones only the last, and the
 * counter tells of the other.
 */
function* strapEvents(workout: Workout, start: number): Generator<RadioEvent> {
  const strap = new AntHeartRateStrap({ deviceNumber: workout.deviceNumber });
  for (const { fromMs, toMs, beats: beatsOfRun } of beatRuns(workout)) {
    const beats = beatsOfRun[Symbol.iterator]();
    let next = beats.next();
    let atMs = fromMs;
    for (let n = 0; ; n++) {
      atMs = Math.min(toMs, fromMs + n * ANT_HEART_RATE_PERIOD_MS);
      for (; !next.done && next.value.atMs <= atMs; next = beats.next()) strap.onBeat(next.value);
      yield { kind: 'ant-frame', at: start + Math.round(atMs), bytes: strap.broadcast(atMs, REPLAY_RSSI_DBM) };
      if (atMs === toMs) break;
    }
  }
}
