import { type Clock, demoClass, type SettingValues } from '@pulseboard/contract';
import type { PumpedRadio, PumpOptions } from './radio/pump.js';
import { createReplayRadio } from './radio/replay-radio.js';
import { loadWorkouts, replayDurationMs, type Workout, WorkoutError } from './radio/replay-workouts.js';
import { createSimulatedRadio } from './radio/simulated-radio.js';

export { WorkoutError };

/** What the settings ask for in the place of a real radio, before any clock runs. */
export interface RadioPlan {
  kind: 'simulated' | 'replay';
  /** Of a replay; else empty. */
  workouts: readonly Workout[];
  /** Length of the recording, ms; 0 of a simulated class, which never ends. */
  durationMs: number;
  create(pump: PumpOptions & { clock: Clock; startAt: number }): PumpedRadio;
}

/** @throws WorkoutError when recordings cannot be read, with a sentence for people */
export async function planRadio(settings: Pick<SettingValues, 'radio' | 'replayDir' | 'seed' | 'straps'>): Promise<RadioPlan> {
  if (settings.radio === 'simulated') {
    const people = demoClass(settings.straps);
    return {
      kind: 'simulated',
      workouts: [],
      durationMs: 0,
      create: (pump) => createSimulatedRadio({ people, seed: settings.seed, ...pump }),
    };
  }
  if (settings.replayDir === undefined)
    throw new WorkoutError('workouts-missing', 'A replay needs recordings: set PULSEBOARD_REPLAY_DIR to a folder of workouts (CSV).');
  const workouts = await loadWorkouts(settings.replayDir);
  return { kind: 'replay', workouts, durationMs: replayDurationMs(workouts), create: (pump) => createReplayRadio({ workouts, ...pump }) };
}
