import type { RadioChoice, RealRadio } from '@pulseboard/contract';
import { type AntInspection, inspectAntSticks } from '../radio/ant/inspect-ant-sticks.js';
import { type BluetoothInspection, inspectBluetooth } from '../radio/ble/inspect-bluetooth.js';
import type { Finding } from './finding.js';
import { ANT_MENDS, BLUETOOTH_MENDS } from './radio-mends.js';

/** Are the antennas there that the settings ask for, and may they be used? With `auto` one that works is enough. */
export async function checkRadios(choice: RadioChoice = 'auto'): Promise<Finding[]> {
  if (choice === 'simulated' || choice === 'replay')
    return [{ verdict: 'note', subject: 'radio', says: `PULSEBOARD_RADIO is ${choice}: nobody in the room is heard.` }];
  const wanted: readonly RealRadio[] = choice === 'auto' ? ['ant', 'ble'] : choice;
  const findings = await Promise.all([
    wanted.includes('ant') ? inspectAntSticks().then(antFindings) : [],
    wanted.includes('ble') ? inspectBluetooth().then(bluetoothFindings) : [],
  ]);
  return choice === 'auto' ? oneIsEnough(findings.flat()) : findings.flat();
}

export function antFindings({ sticks, fault, code = 'STICK_NONE' }: AntInspection): Finding[] {
  const subject = 'ANT+';
  if (sticks.length === 0) return [{ verdict: 'fail', subject, says: sentence(fault ?? 'no stick is plugged in'), mend: ANT_MENDS[code] }];
  return sticks.map((stick): Finding => {
    const what = `${stick.radio} (${stick.model ?? 'stick'}, ${stick.usbId})`;
    if (stick.canBeOpened) return { verdict: 'ok', subject, says: `${what} can be used.` };
    const mend = ANT_MENDS[stick.code ?? 'STICK_USB'];
    return { verdict: 'fail', subject, says: `${what}: ${sentence(stick.fault ?? 'it cannot be used')}`, mend };
  });
}

export function bluetoothFindings({ isBusReachable, isBluezRunning, adapters, fault }: BluetoothInspection): Finding[] {
  const subject = 'Bluetooth';
  if (adapters.length === 0) {
    const mend = isBluezRunning ? BLUETOOTH_MENDS.noAdapter : isBusReachable ? BLUETOOTH_MENDS.noBluez : BLUETOOTH_MENDS.noBus;
    return [{ verdict: 'fail', subject, says: sentence(fault ?? 'There is no Bluetooth adapter'), mend }];
  }
  return adapters.map(({ name, address, isPowered }): Finding => {
    const what = `ble ${name}${address === undefined ? '' : ` (${address})`}`;
    if (isPowered) return { verdict: 'ok', subject, says: `${what} is on.` };
    return {
      verdict: 'fail',
      subject,
      says: `${what} is off, and the gateway may not be able to switch it on.`,
      mend: BLUETOOTH_MENDS.off,
    };
  });
}

/** Of what nobody asked for by name only one must work: what is wrong with the others is told all the same. */
function oneIsEnough(findings: readonly Finding[]): Finding[] {
  const works = findings.some(({ verdict }) => verdict === 'ok');
  return findings.map((finding) => (works && finding.verdict === 'fail' ? { ...finding, verdict: 'note' } : finding));
}

/** Faults in `health` go on after the name of their antenna; here they stand by themselves. */
const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
