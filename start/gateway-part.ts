import { randomUUID } from 'node:crypto';
import { guestMemberId, oneLine, type SettingValues, withoutPassword } from '@pulseboard/contract';
import type { GatewayClock, MadeUpPlan, RadioPlan } from '@pulseboard/edge-gateway';
import type { Logger } from 'pino';
import { HOUR_MS } from './folders.js';
import { logIsReadWithOutput } from './logger.js';
import { observeGateway } from './observe.js';
import { endOf, leftOutLines, type ReplayRun, when, whereItGoes } from './replay-lines.js';
import type { Time } from './time.js';

export interface GatewayPart {
  settings: SettingValues;
  plan: RadioPlan;
  time: Time;
  clock: GatewayClock;
  spoolDir: string;
  brokerUrl: string;
  /** Without a processor in this process. */
  isAlone: boolean;
  version: string;
  log: Logger;
  /** One line for people. */
  out(line: string): void;
}

/** A replay goes no faster than what it sends is committed. */
const MAX_HELD_READINGS = 40_000;

/** @returns how to stop it */
export async function startGateway({
  settings,
  plan,
  time,
  clock,
  spoolDir,
  brokerUrl,
  isAlone,
  version,
  log,
  out,
}: GatewayPart): Promise<() => Promise<void>> {
  const { createGateway, SensorGate } = await import('@pulseboard/edge-gateway');
  const { allowSensors: allow, denySensors: deny, minRssiDbm } = settings;
  const gate = new SensorGate({ allow, deny, minRssiDbm });
  let held = () => 0;
  const startAt = time.begin();
  const madeUp = plan.kind === 'real' ? undefined : madeUpRadio(plan, time, startAt, clock, () => held() < MAX_HELD_READINGS);
  const radio =
    plan.kind === 'real' ? plan.create({ clock: clock.provisionalNow, gate, maxBleConnections: settings.bleConnections, log }) : madeUp!;
  const where = `gateway    ${settings.gateway} in ${settings.gym}/${settings.room}`;
  if (plan.kind === 'real') {
    const asked = plan.radios === 'auto' ? 'the radios that are there' : plan.radios.join(', ');
    out(`  ${where}  ${asked}; straps: npm run gateway -- scan, faults: npm run gateway -- doctor`);
  }
  // What the log says too is said once where both are read.
  const say = logIsReadWithOutput() ? () => {} : (sentence: string) => out(`    ${sentence}`);
  const gateway = createGateway({
    gym: settings.gym,
    room: settings.room,
    gateway: settings.gateway,
    brokerUrl,
    radio,
    gate,
    cadenceRules: settings.podCadence,
    ...(plan.kind === 'real' ? { tellRadio: say } : {}),
    tell: say,
    clock,
    spool: { folder: spoolDir, maxBytes: settings.spoolMegabytes * 1e6, maxAgeMs: settings.spoolHours * HOUR_MS },
    radioLog: settings.radioLog,
    flushIntervalMs: settings.flushIntervalMs,
    version,
    boot: randomUUID(),
    log,
  });
  held = () => gateway.held;
  if (plan.kind === 'simulated') out(`  ${where}  ${plan.summary}`);
  if (plan.kind === 'replay') {
    const { durationMs } = plan;
    const shown = isAlone ? withoutPassword(brokerUrl) : undefined;
    const run: ReplayRun = { startAt, durationMs, speed: settings.replaySpeed, isLive: time.kind === 'wall', brokerUrl: shown };
    out(`  ${where}  ${plan.summary}, ${when(run)}`);
    for (const workout of plan.workouts) out(`    ${guestMemberId(workout.sensor).padEnd(24)} ${oneLine(workout.file)}`);
    for (const sentence of leftOutLines(plan.refused)) out(`    ${sentence}`);
    for (const sentence of whereItGoes(run)) out(`    ${sentence}`);
    madeUp!.ended.then((how) => how === 'finished' && out(endOf(isAlone)));
  }
  const stopObserving = await observeGateway(settings, gateway, out).catch(async (error) => {
    await gateway.close();
    throw error;
  });
  return async () => {
    await stopObserving();
    await gateway.close();
  };
}

function madeUpRadio(
  plan: MadeUpPlan,
  time: Time,
  startAt: number,
  clock: GatewayClock,
  hasRoom: () => boolean,
): ReturnType<MadeUpPlan['create']> {
  // A fast replay waits for what it sends to be committed; what is on the air now waits for nobody.
  const waits = time.kind === 'virtual' && plan.kind === 'replay';
  return plan.create({
    clock: clock.provisionalNow,
    startAt: time.kind === 'wall' && !time.joins ? clock.provisionalNow() : startAt,
    skipPast: time.joins,
    ready: () => !waits || hasRoom(),
  });
}
