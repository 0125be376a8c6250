export { runDecodeCommand } from './decode-command.js';
export * from './gateway.js';
export { planRadio, type RadioPlan, WorkoutError } from './made-up-radio.js';
