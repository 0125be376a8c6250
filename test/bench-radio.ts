/** Measures a full room on real drivers: a gateway process with `ant-plus` over a made-up stick, and one with `dbus-next` over a made-up BlueZ. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findDbusDaemon } from '@pulseboard/edge-gateway/test-support/private-bus';
import { tempFolder } from './harness/environment.js';
import { cleanUp, startChild } from './harness/system.js';
import { runAntRoom } from './radio/ant-room.js';
import { runBleRoom } from './radio/ble-room.js';
import type { ProcessCost } from './radio/process-cost.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, straps: { type: 'string', default: '40' } } });
const [seconds, straps] = [Number(values.seconds), Number(values.straps)];
if (!(seconds >= 4) || !Number.isInteger(straps) || straps < 1 || straps > 200) {
  process.stderr.write('--seconds must be 4 or more, --straps a whole number from 1 to 200.\n');
  process.exit(1);
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const cost = ({ cpuPercent, memoryMb, peakMemoryMb }: ProcessCost) =>
  `gateway: ${cpuPercent} % of a core, ${memoryMb} MB (at most ${peakMemoryMb} MB)`;
let isWhole = true;

try {
  const broker = startChild(['broker']);
  const [, mqttUrl] = await broker.line(/^ {2}broker +(mqtt:\S+)/);
  // Gateways take their time from it.
  const processor = startChild(['processor'], { PULSEBOARD_BROKER_URL: mqttUrl!, PULSEBOARD_LOG_LEVEL: 'warn' });
  await processor.line(/^Ready/);
  say(`${straps} straps, ${seconds} s`);
  const ant = await runAntRoom(mqttUrl!, join(tempFolder(), 'spool'), { straps, seconds });
  say(
    `ANT+: ${ant.frames} frames; ${ant.countedBeats} of ${ant.beats} beats counted, ${ant.wrongStraps.length} straps wrong; ${cost(ant.cost)}`,
  );
  isWhole = ant.wrongStraps.length === 0;

  const daemon = findDbusDaemon();
  if (!daemon) say('Bluetooth: not measured, dbus-daemon is missing (sudo apt-get install dbus-daemon)');
  else {
    const ble = await runBleRoom(daemon, mqttUrl!, join(tempFolder(), 'spool'), { straps, seconds });
    say(
      `Bluetooth: ${ble.heard} of ${ble.advertisements} advertisements, ${ble.countedChanges} of ${ble.changes} heart rates counted; ${cost(ble.cost)}`,
    );
    isWhole &&= ble.heard === ble.advertisements && ble.countedChanges === ble.changes;
  }
  await processor.stop();
  await broker.stop();
  process.exitCode = isWhole ? 0 : 1;
} finally {
  await cleanUp();
}
