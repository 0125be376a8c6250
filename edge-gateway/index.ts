export { type GatewayClock, givenClock, openGatewayClock } from './clock/gateway-clock.js';
export { runDecodeCommand } from './decode-command.js';
export * from './gateway.js';
export { planRadio, type RadioPlan, WorkoutError } from './made-up-radio.js';
