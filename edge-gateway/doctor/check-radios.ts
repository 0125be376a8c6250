import type { RadioChoice, RealRadio } from '@pulseboard/contract';
import { type AntInspection, inspectAntSticks } from '../radio/ant/inspect-ant-sticks.js';
import { type BluetoothInspection, inspectBluetooth } from '../radio/ble/inspect-bluetooth.js';
import { TOLD_BY_DOCTOR } from '../radio/told-by-doctor.js';
import type { Finding } from './finding.js';
import type { Machine } from './machine.js';
import { antMends, type BluetoothLack, bluetoothMends } from './radio-mends.js';

/** Are the antennas there that the settings ask for, and may they be used? With `auto` one that works is enough. */
export async function checkRadios(choice: RadioChoice | undefined, machine: Machine): Promise<Finding[]> {
  if (choice === 'simulated' || choice === 'replay')
    return [{ verdict: 'note', subject: 'radio', says: `PULSEBOARD_RADIO is ${choice}: nobody in the room is heard.` }];
  const isAuto = choice === undefined || choice === 'auto';
  const wanted: readonly RealRadio[] = isAuto ? ['ant', 'ble'] : choice;
  const findings = await Promise.all([
    wanted.includes('ant') ? inspectAntSticks().then((found) => antFindings(found, machine)) : [],
    wanted.includes('ble') ? inspectBluetooth().then((found) => bluetoothFindings(found, machine)) : [],
  ]);
  return isAuto ? oneIsEnough(findings.flat()) : findings.flat();
}

export function antFindings({ sticks, fault, code = 'STICK_NONE' }: AntInspection, machine: Machine): Finding[] {
  const subject = 'ANT+';
  if (sticks.length === 0)
    return [{ verdict: 'fail', subject, says: sentence(fault ?? 'no stick is plugged in'), mend: antMends(code, machine) }];
  return sticks.map((stick): Finding => {
    const what = `${stick.radio} (${stick.model ?? 'stick'}, ${stick.usbId})`;
    if (stick.canBeOpened) return { verdict: 'ok', subject, says: `${what} can be used.` };
    const mend = antMends(stick.code ?? 'STICK_USB', machine);
    return { verdict: 'fail', subject, says: `${what}: ${sentence(stick.fault ?? 'it cannot be used')}`, mend };
  });
}

export function bluetoothFindings({ isBusReachable, isBluezRunning, adapters, fault }: BluetoothInspection, machine: Machine): Finding[] {
  const subject = 'Bluetooth';
  if (adapters.length === 0) {
    const lack: BluetoothLack = isBluezRunning ? 'noAdapter' : isBusReachable ? 'noBluez' : 'noBus';
    return [{ verdict: 'fail', subject, says: sentence(fault ?? 'There is no Bluetooth adapter'), mend: bluetoothMends(lack, machine) }];
  }
  return adapters.map(({ name, address, isPowered }): Finding => {
    const what = `ble ${name}${address === undefined ? '' : ` (${address})`}`;
    if (isPowered) return { verdict: 'ok', subject, says: `${what} is on.` };
    return {
      verdict: 'fail',
      subject,
      says: `${what} is off, and the gateway may not be able to switch it on.`,
      mend: bluetoothMends('off', machine),
    };
  });
}

/** Of what nobody asked for by name only one must work: what is wrong with the others is told all the same. */
function oneIsEnough(findings: readonly Finding[]): Finding[] {
  const works = findings.some(({ verdict }) => verdict === 'ok');
  return findings.map((finding) => (works && finding.verdict === 'fail' ? { ...finding, verdict: 'note' } : finding));
}

/** Faults in `health` go on after the name of their antenna, and send to the doctor; here they stand by themselves. */
function sentence(fault: string): string {
  const text = fault.replace(TOLD_BY_DOCTOR, '');
  return text.endsWith('.') ? text : `${text}.`;
}
