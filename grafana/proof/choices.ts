import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { variablesOf } from './check-dashboard.js';
import { ALL, type Choice } from './interpolate.js';

/** Values that a variable of a dashboard can have in the proof: two of each. */
export type Values = Readonly<Record<string, readonly [first: string, second: string]>>;

/**
 * For each variable: all, one and two values, the others at all; and all of them at one, and at two.
 * @returns choices by what they are, without those that Grafana does not let anybody make
 */
export function choicesOf(dashboard: Dashboard, values: Values): Map<string, Choice> {
  const shown = variablesOf(dashboard).filter(({ hide }) => !hide);
  const all = Object.fromEntries(shown.map(({ name, multi }) => [name, multi ? [ALL] : ALL]));
  const one = Object.fromEntries(shown.map(({ name, multi }) => [name, multi ? [values[name]![0]] : values[name]![0]]));
  // A variable of one value has its other one instead of two.
  const two = Object.fromEntries(shown.map(({ name, multi }) => [name, multi ? [...values[name]!] : values[name]![1]]));
  const choices = new Map<string, Choice>([['all', all]]);
  for (const { name } of shown) {
    choices.set(`one ${name}`, { ...all, [name]: one[name]! });
    choices.set(`two of ${name}`, { ...all, [name]: two[name]! });
  }
  if (shown.length > 1) choices.set('one of each', one).set('two of each', two);
  return choices;
}
