import type { CadenceRule, Id } from '@pulseboard/contract';
import type { CadenceUnit } from '../decode/ble-running-speed.js';

/** The first rule that names the sensor; without one `auto`. */
export function cadenceUnitOf(rules: readonly CadenceRule[], sensor: Id): CadenceUnit {
  const rule = rules.find(({ sensor: pattern }) => (pattern.endsWith('*') ? sensor.startsWith(pattern.slice(0, -1)) : sensor === pattern));
  return rule?.unit ?? 'auto';
}
