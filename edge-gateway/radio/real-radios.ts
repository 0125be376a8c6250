import type { Clock, RealRadio } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { SensorGate } from '../unify/sensor-gate.js';
import { createAntRadio } from './ant/ant-radio.js';
import { createBleRadio } from './ble/ble-radio.js';
import type { RadioSource } from './radio-source.js';
import { together } from './together.js';

export interface RealRadioOptions {
  clock: Clock;
  /** Of whose straps a Bluetooth adapter is connected to. */
  gate: SensorGate;
  maxBleConnections: number;
  log: Logger;
}

/** The drivers of the antennas of this machine. What is not plugged in is waited for. */
export function openRealRadios(
  choice: readonly RealRadio[] | 'auto',
  { clock, gate, maxBleConnections, log }: RealRadioOptions,
): RadioSource {
  const open = {
    ant: () => createAntRadio({ clock }),
    ble: () => createBleRadio({ clock, gate, maxConnections: maxBleConnections, report: (sentence) => log.info(sentence) }),
  };
  const radios: readonly RealRadio[] = choice === 'auto' ? ['ant', 'ble'] : choice;
  return together(
    radios.map((radio) => open[radio]()),
    choice === 'auto',
  );
}
