import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { eventually } from '../../harness/eventually.js';
import type { RigOptions } from '../rig.js';
import type { FaultContext, Knobs, Scenario } from '../scenario.js';

/** An hour is built in this time, if the machine can. */
const BUILD_MS = 15_000;
const BUILD_DEADLINE_MS = 300_000;
/** What was heard this long ago is heard now. */
const LIVE_MS = 1500;
const TAIL_BYTES = 4096;

export const longOutage: Scenario = {
  name: 'hour-outage',
  what: 'a gateway with 40 straps without a broker for an hour, built by a class that runs fast; then the backlog and the live class together',
  rig: cutOffFrom,
  targets: () => ({ catchUpS: 20, liveP99Ms: 300 }),
  run: heal,
};

export const fillSpool: Scenario = {
  name: 'spool-full',
  what: 'an hour without a broker with a spool of 1 MB: the oldest readings go, each counted',
  mayDrop: ['full'],
  rig: (knobs) => {
    const cutOff = cutOffFrom(knobs);
    return { ...cutOff, gatewaySettings: { ...cutOff.gatewaySettings, PULSEBOARD_SPOOL_MB: '1' } };
  },
  run: heal,
};

/** One gateway, cut off from the begin of its class on, which began some time ago and runs fast until it is now. */
function cutOffFrom({ longOutageMs, longOutageStraps: straps, seed }: Knobs) {
  return {
    air: { kind: 'simulated', straps, seed },
    gateways: ['gateway-1'],
    startAt: Date.now() - longOutageMs,
    gatewaySettings: { PULSEBOARD_REPLAY_SPEED: String(Math.ceil(longOutageMs / BUILD_MS) + 1) },
    firstWeather: { reach: 'refused' },
  } satisfies Partial<RigOptions>;
}

async function heal({ rig, knobs, say, wait }: FaultContext): Promise<void> {
  const { lives } = rig.gateways[0]!;
  say(`${knobs.longOutageMs / 60_000} min of ${knobs.longOutageStraps} straps go into the spool`);
  await eventually('the class to come to now', () => Date.now() - lastHeardAt(lives[0]!.radioLog) < LIVE_MS, BUILD_DEADLINE_MS);
  await wait(2000);
  rig.weather = { reach: 'open' };
}

/** Of the last whole line of a radio log, UTC ms. */
function lastHeardAt(radioLog: string): number {
  const file = openSync(radioLog, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, tail, 0, tail.length, size - tail.length);
    const line = tail.toString().split('\n').at(-2);
    return line ? ((JSON.parse(line) as { at?: number }).at ?? 0) : 0;
  } finally {
    closeSync(file);
  }
}
