import type { Rule } from '@grafana/grafana-foundation-sdk/alerting';
import type { InfluxTarget } from '../parts/query.js';
import type { Ask } from './check-dashboard.js';
import { framesOf } from './frames.js';
import { interpolateMacros, milliseconds } from './interpolate.js';
import { type LabelledNumber, math } from './math.js';

/*
 * How Grafana evaluates an alert rule (pkg/expr, pkg/services/ngalert): queries, each reduced to a number for each of its series, then math over them.
 */

interface LabelledSeries {
  labels: LabelledNumber['labels'];
  values: number[];
}

const reducers: Readonly<Record<string, (values: readonly number[]) => number>> = {
  last: (values) => values.at(-1)!,
  min: (values) => Math.min(...values),
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
};

/** What one evaluation comes to: for which labels the condition holds, or that there was nothing to look at. */
export type Evaluation = LabelledNumber['labels'][] | 'nothing';

/** @param at UTC ms */
export async function evaluate(rule: Rule, at: number, ask: Ask): Promise<Evaluation> {
  const series = new Map<string, LabelledSeries[]>();
  const numbers = new Map<string, LabelledNumber[]>();
  for (const { refId, model, relativeTimeRange } of rule.data) {
    const step = model as unknown as { type?: string; expression: string; reducer: string };
    if (step.type === 'math') numbers.set(refId!, math(step.expression, numbers));
    else if (step.type === 'reduce') numbers.set(refId!, reduced(series.get(step.expression)!, step.reducer));
    else {
      const target = model as unknown as InfluxTarget;
      const { from, to } = relativeTimeRange!;
      const statement = interpolateMacros(target.query, { from: at - from! * 1000, to: at - to! * 1000 }, 1000);
      const frames = framesOf(await ask(statement), target);
      series.set(
        refId!,
        frames.map(({ fields: [, field] }) => ({ labels: field!.labels ?? {}, values: field!.values.map(Number) })),
      );
    }
  }
  if ([...series.values()].every((found) => found.length === 0)) return 'nothing';
  return numbers
    .get(rule.condition)!
    .filter(({ value }) => value !== 0)
    .map(({ labels }) => labels);
}

function reduced(series: readonly LabelledSeries[], reducer: string): LabelledNumber[] {
  const reduce = reducers[reducer];
  if (!reduce) throw new RangeError(`reducer ${reducer} is not known here`);
  return series.map(({ labels, values }) => ({ labels, value: reduce(values) }));
}

/**
 * Who is told of at a moment: for whom the condition has held at every evaluation since `for` ago.
 * @param everyS between two evaluations
 */
export async function firing(rule: Rule, at: number, everyS: number, ask: Ask): Promise<LabelledNumber['labels'][]> {
  const heldMs = milliseconds(rule.for);
  let held: LabelledNumber['labels'][] | undefined;
  for (let t = at - heldMs; t <= at; t += everyS * 1000) {
    const evaluation = await evaluate(rule, t, ask);
    const now = evaluation === 'nothing' ? (rule.noDataState === 'Alerting' ? [{}] : []) : evaluation;
    held = held ? held.filter((labels) => now.some((other) => JSON.stringify(other) === JSON.stringify(labels))) : now;
  }
  return held!;
}
