/** What a gateway is made of, for measurements and proofs: bytes of a simulated or recorded class, and what they become. No socket or clock comes with it. */
export { mergeByTime } from './radio/merge.js';
export type { RadioEvent } from './radio/radio-source.js';
export { type Replay, replayEvents } from './radio/replay-radio.js';
export { loadWorkouts, type Workout } from './radio/replay-workouts.js';
export { type SimulatedClass, simulatedEvents } from './radio/simulated-radio.js';
export { createUnifier, type Unifier } from './unify/unifier.js';
