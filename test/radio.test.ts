import { join } from 'node:path';
import type { Child } from './harness/child.js';
import { dataFolder } from './harness/data-folder.js';
import { tempFolder, testWhere, toolPath } from './harness/environment.js';
import { cleanUp, START_TIMEOUT_MS, startChild } from './harness/system.js';
import { runAntRoom } from './radio/ant-room.js';
import { runBleRoom } from './radio/ble-room.js';

/** The short form of `npm run bench:radio`. */
const room = { straps: 40, seconds: 4 };
const daemon = toolPath('TEST_DBUS_DAEMON');

let mqttUrl: string;
let parts: Child[];
beforeAll(async () => {
  const broker = startChild(['broker']);
  [, mqttUrl] = (await broker.line(/^ {2}broker +(mqtt:\S+)/)) as unknown as [string, string];
  // Gateways take their time from it.
  const processor = startChild(['processor'], { PULSEBOARD_BROKER_URL: mqttUrl, PULSEBOARD_DATA_DIR: await dataFolder() });
  await processor.line(/^Ready/);
  parts = [processor, broker];
}, START_TIMEOUT_MS);
afterAll(async () => {
  for (const part of parts) await part.stop();
  await cleanUp();
});

test(
  'a room of 40 straps through ant-plus: every beat is counted',
  async () => {
    const { frames, beats, countedBeats, wrongStraps, cost } = await runAntRoom(mqttUrl, join(tempFolder(), 'spool'), room);
    console.info(`${frames} ANT+ frames, ${beats} beats; the gateway took ${cost.cpuPercent} % of a core and ${cost.memoryMb} MB`);
    expect(beats).toBeGreaterThan(room.straps * room.seconds);
    expect({ countedBeats, wrongStraps }).toEqual({ countedBeats: beats, wrongStraps: [] });
  },
  START_TIMEOUT_MS,
);

testWhere(daemon, 'a room of advertising straps: dbus-daemon is missing')(
  'a room of 40 advertising straps through dbus-next: every advertisement and every change of a heart rate is counted',
  async () => {
    const { cost, ...counts } = await runBleRoom(daemon!, mqttUrl, join(tempFolder(), 'spool'), room);
    console.info(`${counts.advertisements} advertisements; the gateway took ${cost.cpuPercent} % of a core and ${cost.memoryMb} MB`);
    expect(counts.advertisements).toBe(room.straps * room.seconds * 4);
    expect(counts).toMatchObject({ heard: counts.advertisements, countedChanges: counts.changes });
  },
  START_TIMEOUT_MS,
);
