/** One family of Prometheus' text format. */
export interface Family {
  name: string;
  type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';
  help: string;
  samples: Sample[];
}

export interface Sample {
  /** With `_bucket`, `_sum` or `_count` where the family is a histogram or summary. */
  name: string;
  labels: Record<string, string>;
  value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/;
/** As Go's `ParseFloat` reads it: of words it ignores the case, and prom-client writes `Nan`. */
const VALUE = /^(nan|[+-]?inf|[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?)$/i;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/**
 * Reads the text format, version 0.0.4, and takes nothing that its description does not promise: every family has HELP and TYPE, once, before its
 * samples, which stand together; no series stands twice; a histogram adds up.
 * @throws Error with the line that is wrong
 */
export function parsePrometheusText(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  const series = new Set<string>();
  let current: Partial<Family> | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fail = (why: string): never => {
      throw new Error(`line ${index + 1} (${line}): ${why}`);
    };
    if (line === '') continue;
    const [, keyword, name = '', rest = ''] = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) fail('the family stands twice');
      current = { name, help: rest, samples: [] };
    } else if (keyword === 'TYPE') {
      if (current?.name !== name || current.type) fail('TYPE does not follow its HELP');
      if (!TYPES.includes(rest)) fail('no such type');
      current = { ...current, type: rest as Family['type'] };
      families.set(name, current as Family);
    } else if (line.startsWith('#')) fail('no comment that is known');
    else {
      const sample = sampleOf(line, fail);
      const family = current?.type ? (current as Family) : fail('a sample before its TYPE');
      if (!namesOf(family).includes(sample.name)) fail(`stands in the family ${family.name}`);
      const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
      if (series.has(key)) fail('the series stands twice');
      series.add(key);
      family.samples.push(sample);
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') demandHistogram(family);
  return families;
}

function sampleOf(line: string, fail: (why: string) => never): Sample {
  const [, name, labelText, valueText] = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? fail('no sample');
  if (!VALUE.test(valueText!)) fail('no value');
  const labels: Record<string, string> = {};
  for (let left = labelText ?? ''; left !== ''; ) {
    const [all, label, value] = LABEL.exec(left) ?? fail('labels that cannot be read');
    if (Object.hasOwn(labels, label!)) fail(`the label ${label} stands twice`);
    labels[label!] = value!.replaceAll(/\\(["\\n])/g, (_, c: string) => (c === 'n' ? '\n' : c));
    left = left.slice(all.length);
  }
  const infinity = valueText!.startsWith('-') ? -Infinity : Infinity;
  return { name: name!, labels, value: /inf$/i.test(valueText!) ? infinity : Number(valueText) };
}

function namesOf({ name, type }: Family): string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  return type === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name];
}

/** For each set of labels: buckets that only grow, the last of them `+Inf`, which is the count. */
function demandHistogram({ name, samples }: Family): void {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const limits = buckets.map(({ labels }) => (labels.le === '+Inf' ? Infinity : Number(labels.le)));
    const counts = buckets.map(({ value }) => value);
    const grows = (values: number[]) => values.every((value, i) => i === 0 || value >= values[i - 1]!);
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    const hasSum = group.some((sample) => sample.name === `${name}_sum`);
    if (!grows(limits) || limits.at(-1) !== Infinity || !grows(counts) || counts.at(-1) !== count || !hasSum)
      throw new Error(`the histogram ${name} ${key} does not add up`);
  }
}

/** Base units of Prometheus' naming conventions, and what stands in the place of a unit where things are counted. */
const UNITS = ['seconds', 'bytes', 'celsius', 'ratio', 'info'];
const NO_UNITS = /_(milliseconds|ms|s|minutes|hours|mb|kb|megabytes|percent|fahrenheit)(_total)?$/;

/** What breaks the naming conventions, a sentence each. */
export function conventionFaults(families: Iterable<Family>): string[] {
  const faults: string[] = [];
  for (const { name, type, help, samples } of families) {
    const say = (what: string) => faults.push(`${name} ${what}`);
    if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) say('is no snake_case');
    if ((type === 'counter') !== name.endsWith('_total')) say(`is a ${type}: _total is for counters, and for all of them`);
    if (NO_UNITS.test(name)) say(`has no base unit (${UNITS.join(', ')})`);
    if (!/^[A-Z0-9].*\.$/.test(help)) say('has no sentence for help');
    if (type === 'counter' && samples.some(({ value }) => value < 0)) say('counts below 0');
  }
  return faults;
}
