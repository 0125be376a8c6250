import { type Clock, DEFAULT_CLASS, demoClass, heartSeedOf, oneLine, type RealRadio, type SettingValues } from '@pulseboard/contract';
import type { PumpedRadio, PumpOptions } from './radio/pump.js';
import type { RadioSource } from './radio/radio-source.js';
import { openRealRadios, type RealRadioOptions } from './radio/real-radios.js';
import { createRecordingRadio, loadRecording } from './radio/recording.js';
import { createReplayRadio } from './radio/replay-radio.js';
import { loadWorkouts, replayDurationMs, type Workout, WorkoutError } from './radio/replay-workouts.js';
import { createSimulatedRadio } from './radio/simulated-radio.js';

export { RecordingError } from './radio/recording.js';
export { WorkoutError };

/** What the settings ask for, before any clock runs. */
export type RadioPlan = MadeUpPlan | RealPlan;

export interface MadeUpPlan {
  kind: 'simulated' | 'replay';
  /** Length of the recording, ms; 0 of a simulated class, which never ends. */
  durationMs: number;
  /** What is played, a line for people. */
  summary: string;
  /** Of recorded workouts; else empty. */
  workouts: readonly Workout[];
  /** Why workouts of the folder were left out, a sentence each. */
  refused: readonly string[];
  create(pump: PumpOptions & { clock: Clock; startAt: number }): PumpedRadio;
}

export interface RealPlan {
  kind: 'real';
  radios: readonly RealRadio[] | 'auto';
  create(options: RealRadioOptions): RadioSource;
}

type RadioSettings = Pick<SettingValues, 'radio' | 'replayDir' | 'replayFile' | 'replayStrict' | 'seed' | 'straps' | 'room' | 'gateway'>;

/** @throws WorkoutError, RecordingError when recordings cannot be read, with a sentence for people */
export async function planRadio({ radio = 'auto', ...settings }: RadioSettings): Promise<RadioPlan> {
  if (radio === 'simulated') return simulatedPlan(settings);
  if (radio === 'replay') return replayPlan(settings);
  return { kind: 'real', radios: radio, create: (options) => openRealRadios(radio, options) };
}

/** @param settings room and gateway decide whose straps it hears; without them it is the class of the default ones, for every seed */
export function simulatedPlan({
  straps,
  seed,
  room,
  gateway,
}: Pick<RadioSettings, 'straps' | 'seed'> & Partial<Pick<RadioSettings, 'room' | 'gateway'>>): MadeUpPlan {
  const place = room === undefined || gateway === undefined ? undefined : { seed, room, gateway };
  const people = demoClass(straps, place ?? DEFAULT_CLASS);
  return {
    kind: 'simulated',
    durationMs: 0,
    summary: `simulated class of ${straps}, seed ${seed}`,
    workouts: [],
    refused: [],
    create: (pump) => createSimulatedRadio({ people, seed: place ? heartSeedOf(place) : seed, ...pump }),
  };
}

async function replayPlan({
  replayDir,
  replayFile,
  replayStrict: isStrict,
}: Pick<RadioSettings, 'replayDir' | 'replayFile' | 'replayStrict'>): Promise<MadeUpPlan> {
  if ((replayDir === undefined) === (replayFile === undefined))
    throw new WorkoutError(
      'workouts-missing',
      'A replay needs recordings: set PULSEBOARD_REPLAY_DIR to a folder of workouts (CSV), or PULSEBOARD_REPLAY_FILE to what `npm run gateway -- record` wrote; one of the two.',
    );
  if (replayFile !== undefined) {
    const recording = loadRecording(replayFile);
    return {
      kind: 'replay',
      durationMs: recording.durationMs,
      summary: `replay of ${recording.frames} frames of ${oneLine(replayFile)}`,
      workouts: [],
      refused: [],
      create: (pump) => createRecordingRadio({ recording, ...pump }),
    };
  }
  const { workouts, refused } = await loadWorkouts(replayDir!, { isStrict });
  return {
    kind: 'replay',
    durationMs: replayDurationMs(workouts),
    summary: `replay of ${workouts.length} workout${workouts.length === 1 ? '' : 's'}`,
    workouts,
    refused,
    create: (pump) => createReplayRadio({ workouts, ...pump }),
  };
}
