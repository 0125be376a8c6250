import type { SettingValues } from '@pulseboard/contract';
import { checkBroker } from '../doctor/check-broker.js';
import { checkClock } from '../doctor/check-clock.js';
import { checkDisk } from '../doctor/check-disk.js';
import { checkRadios } from '../doctor/check-radios.js';
import { checkStraps } from '../doctor/check-straps.js';
import { type Finding, findingLines } from '../doctor/finding.js';
import { readMachine } from '../doctor/machine.js';
import type { CommandIo } from './command-io.js';

export const doctorUsage: readonly string[] = [
  'Usage: npm run gateway -- doctor',
  '',
  'Looks at all that a gateway needs: radios and the right to use them, clock, disk, broker and its credentials, processor.',
  'Says OK, or what is wrong and the command that repairs it. Ends with exit code 1 when something must be repaired. Changes nothing.',
];

/** @param spoolFolder where the gateway keeps what it has not sent @returns exit code: 1 when something must be mended */
export async function runDoctorCommand(args: string[], settings: SettingValues, spoolFolder: string, io: CommandIo): Promise<number> {
  if (args.length > 0) {
    const asksForHelp = args[0] === '--help' || args[0] === '-h';
    if (!asksForHelp) io.err(`doctor: "${args[0]}" means nothing to it.`);
    for (const line of doctorUsage) (asksForHelp ? io.out : io.err)(line);
    return asksForHelp ? 0 : 1;
  }
  const { gym, room, gateway } = settings;
  const brokerUrl = settings.brokerUrl ?? `mqtt://127.0.0.1:${settings.mqttPort}`;
  const machine = readMachine();
  io.out(`This is ${gateway} in ${gym}/${room}.`);
  const checks: (() => Promise<Finding | Finding[]>)[] = [
    () => checkRadios(settings.radio, machine),
    () => checkStraps(settings),
    () => checkClock(machine),
    () => checkDisk(spoolFolder, settings.spoolMegabytes * 1e6, machine),
    () => checkBroker(brokerUrl, { gym, room, gateway }, machine),
  ];
  let fails = 0;
  for (const check of checks) {
    const findings = [await check()].flat();
    for (const finding of findings) for (const line of findingLines(finding)) io.out(line);
    fails += findings.filter(({ verdict }) => verdict === 'fail').length;
  }
  io.out(fails === 0 ? 'A gateway can run here.' : `${fails} to mend.`);
  return fails === 0 ? 0 : 1;
}
