export { type GatewayClock, givenClock, openGatewayClock } from './clock/gateway-clock.js';
export { runDecodeCommand } from './commands/decode-command.js';
export { runDoctorCommand } from './commands/doctor-command.js';
export { runRecordCommand } from './commands/record-command.js';
export { runScanCommand } from './commands/scan-command.js';
export * from './gateway.js';
export * from './metrics.js';
export { type MadeUpPlan, planRadio, type RadioPlan, type RealPlan, RecordingError, simulatedPlan, WorkoutError } from './radio-plan.js';
export { SensorGate } from './unify/sensor-gate.js';
