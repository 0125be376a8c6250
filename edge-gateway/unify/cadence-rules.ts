import type { Id } from '@pulseboard/contract';
import type { CadenceUnit } from '../decode/ble-running-speed.js';

/** What the cadence of a sensor counts; a trailing `*` stands for any end of its id. */
export interface CadenceRule {
  sensor: string;
  unit: CadenceUnit;
}

export const noCadenceRules: readonly CadenceRule[] = [];

/** The first rule that names the sensor; without one `auto`. */
export function cadenceUnitOf(rules: readonly CadenceRule[], sensor: Id): CadenceUnit {
  const rule = rules.find(({ sensor: pattern }) => (pattern.endsWith('*') ? sensor.startsWith(pattern.slice(0, -1)) : sensor === pattern));
  return rule?.unit ?? 'auto';
}
