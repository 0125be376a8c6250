import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';

/*
 * How Grafana fills in a query: first the variables of the dashboard (public/app/features/templating, in the browser), then the macros of the data source
 * (pkg/tsdb/influxdb/models/query.go, in the server).
 */

/** What stands for all values of a variable. */
export const ALL = '$__all';

/** What is chosen of each variable, by name; of one without a value, nothing. */
export type Choice = Readonly<Record<string, string | readonly string[]>>;

export interface TimeRange {
  /** UTC ms. */
  from: number;
  to: number;
}

/** Something in a query stands for nothing. */
export class UnknownVariableError extends Error {
  readonly code = 'VARIABLE_UNKNOWN';
}

const escaped = (value: string): string => value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');

/** Formats that give the same whatever the variable is. */
const formats: Readonly<Record<string, (values: readonly string[]) => string>> = {
  regex: (values) => (values.length === 1 ? escaped(values[0]!) : `(${values.map(escaped).join('|')})`),
  raw: (values) => values.join(','),
};

/** @throws UnknownVariableError for a variable that the dashboard does not have, and for one whose format is not named or known */
export function interpolateVariables(text: string, variables: readonly VariableModel[], choice: Choice): string {
  return text.replace(/\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)(?::\w+)?\]\]/g, (place, name: string | undefined, format: string | undefined) => {
    const variable = variables.find((known) => known.name === name);
    if (!variable) throw new UnknownVariableError(`${place} is no variable of this dashboard`);
    const render = format === undefined ? undefined : formats[format];
    if (!render) throw new UnknownVariableError(`${place} does not name a format that is one`);
    const chosen = choice[variable.name] ?? '';
    const values = typeof chosen === 'string' ? [chosen] : chosen;
    if (!values.includes(ALL)) return render(values);
    if (!variable.includeAll || variable.allValue === undefined) throw new UnknownVariableError(`${place} has no value for all`);
    // Grafana takes it as it is, whatever the format.
    return variable.allValue;
  });
}

/** @param intervalMs between two points @throws UnknownVariableError when something is left that Grafana would not fill in */
export function interpolateMacros(text: string, { from, to }: TimeRange, intervalMs: number): string {
  const interval = durationText(intervalMs);
  const filled = text
    .replaceAll('$timeFilter', `time >= ${from}ms and time <= ${to}ms`)
    .replaceAll('$interval', interval)
    .replaceAll('$__interval_ms', String(intervalMs))
    .replaceAll('$__interval', interval);
  const [left] = /\$\{?\w+\}?/.exec(filled) ?? [];
  if (left) throw new UnknownVariableError(`${left} is no macro of the data source, nor a variable`);
  return filled;
}

/** As gtime.FormatInterval: the largest unit that it fills. */
function durationText(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const)
    if (ms >= size) return `${Math.round(ms / size)}${unit}`;
  return `${ms}ms`;
}

/** Steps that Grafana rounds an interval to, ms. */
const STEPS_MS = [
  1000, 2000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_200_000, 1_800_000, 3_600_000,
];

/** The interval of a panel: what makes about a point for each pixel, not below its least one. @param least as `10s` */
export function intervalOf({ from, to }: TimeRange, least = '1s', pixels = 800): number {
  const leastMs = milliseconds(least);
  const wanted = Math.max(leastMs, (to - from) / pixels);
  return STEPS_MS.find((step) => step >= wanted && step >= leastMs) ?? STEPS_MS.at(-1)!;
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `15s`, `7d`. */
export function milliseconds(duration: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  if (!count) throw new RangeError(`${duration} is no duration`);
  return Number(count) * UNITS_MS[unit!]!;
}
