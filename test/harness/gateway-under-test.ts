import { type Clock, virtualClock } from '@pulseboard/contract';
import { createGateway, type Gateway, givenClock, simulatedPlan } from '@pulseboard/edge-gateway';
import { pino } from 'pino';
import { tempFolder } from './environment.js';

type Pump = Parameters<ReturnType<typeof simulatedPlan>['create']>[0];
export type RadioEvent = Parameters<NonNullable<Pump['mutateFrame']>>[0];

export interface GatewayUnderTest {
  brokerUrl: string;
  gateway: string;
  gym?: string;
  straps: number;
  seed?: number;
  /** What its antenna hands over in the place of an event; `n` counts events from 0. */
  mutateFrame(event: RadioEvent, n: number): RadioEvent;
  /** Instead of living now: a span of the past, much faster than life. */
  past?: { startAt: number; durationMs: number };
}

/** Faster than this the machine decides, not the clock. */
const SPEED = 600;

/** A real gateway within the test, with a simulated class whose bytes the test may spoil. */
export async function openGateway(options: GatewayUnderTest): Promise<Gateway> {
  const { brokerUrl, gateway, gym = 'demo', straps, seed = 7, mutateFrame, past } = options;
  const plan = simulatedPlan({ seed, straps });
  const clock = past ? clockOf(past) : Date.now;
  let n = 0;
  const radio = plan.create({ clock, startAt: past?.startAt ?? clock(), mutateFrame: (event) => mutateFrame(event, n++) });
  return createGateway({
    gym,
    room: 'main',
    gateway,
    brokerUrl,
    radio,
    clock: givenClock(clock, past ? 'virtual' : 'synced'),
    spool: { folder: tempFolder(), maxBytes: 1e9, maxAgeMs: 1e9 },
    flushIntervalMs: 50,
    version: '0.0.0-test',
    boot: `boot-of-${gateway}-${process.pid}`,
    log: pino({ level: 'silent' }),
  });
}

function clockOf({ startAt, durationMs }: { startAt: number; durationMs: number }): Clock {
  const fast = virtualClock(startAt, SPEED, Date.now);
  return () => Math.min(fast(), startAt + durationMs);
}

/** The same event with the last byte of its frame turned, which is the checksum: as good as lost. */
export function spoiled(event: RadioEvent): RadioEvent {
  const bytes = Uint8Array.from(event.bytes);
  bytes[bytes.length - 1]! ^= 0x01;
  return { ...event, bytes };
}

/** 20-bit device number of an extended ANT frame: 16 bits, and the upper nibble of the transmission type. */
export const deviceNumberOf = ({ bytes }: RadioEvent): number => bytes[13]! | (bytes[14]! << 8) | ((bytes[16]! >> 4) << 16);
