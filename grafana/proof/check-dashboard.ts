import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Series } from '@pulseboard/cloud-processor/influx-server';
import type { InfluxTarget } from '../parts/query.js';
import { type Field, type Frame, framesOf } from './frames.js';
import { ALL, type Choice, interpolateMacros, interpolateVariables, intervalOf, milliseconds, type TimeRange } from './interpolate.js';
import { transformed } from './transformations.js';

/** Takes one statement of InfluxQL. @throws Error with what InfluxDB says against it */
export type Ask = (statement: string) => Promise<Series[]>;

/** What a panel shows: its queries' answers, transformed as it says. */
export interface PanelAnswer {
  panel: Panel;
  frames: Frame[];
}

/** Measurements that hold everything at its full rate: too much for a dashboard that is looked at all day. */
const RAW = /\bFROM\s+"?reading"?(\s|$)/i;
const TIME = 'Time';

export const panelsOf = ({ panels = [] }: Dashboard): Panel[] =>
  panels.flatMap((panel) => ('panels' in panel ? panel.panels : [panel as Panel]));
const targetsOf = ({ targets = [] }: Panel): InfluxTarget[] => targets as InfluxTarget[];
export const variablesOf = ({ templating }: Dashboard): VariableModel[] => templating.list ?? [];

/**
 * The choice with a value for each hidden variable: the first that its query finds, as Grafana takes it.
 * @throws UnknownVariableError, and what `ask` throws
 */
export async function resolved(dashboard: Dashboard, choice: Choice, ask: Ask): Promise<Choice> {
  const variables = variablesOf(dashboard);
  const found: Record<string, string | readonly string[]> = { ...choice };
  for (const variable of variables)
    if (found[variable.name] === undefined) found[variable.name] = (await valuesOf(variable, variables, found, ask))[0] ?? '';
  return found;
}

/** What can be chosen of a variable. */
export async function valuesOf(variable: VariableModel, variables: readonly VariableModel[], choice: Choice, ask: Ask): Promise<string[]> {
  const [series] = await ask(interpolateVariables(String(variable.query), variables, choice));
  // Of tag values the second column, of points the one after the time; more than one series is not looked at.
  return [...new Set((series?.values ?? []).map((row) => String(row[1] ?? row[0])))];
}

/** Runs the queries of a panel as Grafana does. @throws UnknownVariableError, TransformationError, and what `ask` throws */
export async function answerOf(panel: Panel, dashboard: Dashboard, range: TimeRange, choice: Choice, ask: Ask): Promise<PanelAnswer> {
  const frames: Frame[] = [];
  for (const target of targetsOf(panel)) frames.push(...(await answerOfTarget(target, panel, dashboard, range, choice, ask)).frames);
  return { panel, frames: frames.map((frame) => transformed(frame, panel.transformations)) };
}

async function answerOfTarget(target: InfluxTarget, panel: Panel, dashboard: Dashboard, range: TimeRange, choice: Choice, ask: Ask) {
  const own = panel.timeFrom ? { from: range.to - milliseconds(panel.timeFrom), to: range.to } : range;
  const text = interpolateVariables(target.query, variablesOf(dashboard), choice);
  const series = await ask(interpolateMacros(text, own, intervalOf(own, panel.interval)));
  return { series, frames: framesOf(series, target) };
}

/**
 * Runs every target of a dashboard, and says what is wrong with it, a sentence each.
 * @param choice of every variable that is not hidden
 */
export async function faultsOf(dashboard: Dashboard, range: TimeRange, choice: Choice, ask: Ask): Promise<string[]> {
  const faults: string[] = [];
  const whole = await resolved(dashboard, choice, ask);
  const isAll = Object.values(choice).every((value) => value.includes(ALL));
  for (const panel of panelsOf(dashboard)) {
    const said = (what: string, refId?: string) => faults.push(`${dashboard.title} / ${panel.title}${refId ? ` ${refId}` : ''}: ${what}`);
    const shown: Frame[] = [];
    for (const target of targetsOf(panel)) {
      for (const fault of faultsOfText(target)) said(fault, target.refId);
      try {
        const { series, frames } = await answerOfTarget(target, panel, dashboard, range, whole, ask);
        for (const fault of faultsOfAnswer(series, frames, isAll)) said(fault, target.refId);
        shown.push(...frames.map((frame) => transformed(frame, panel.transformations)));
      } catch (error) {
        said((error as Error).message, target.refId);
      }
    }
    if (shown.length > 0) for (const fault of faultsOfShown(panel, shown)) said(fault);
  }
  return faults;
}

function* faultsOfText({ query }: InfluxTarget): Iterable<string> {
  if (RAW.test(query)) yield 'reads every reading, not seconds';
  if (/;\s*\S/.test(query)) yield 'has several statements, of which Grafana reads the first answer only';
}

function* faultsOfAnswer(series: readonly Series[], frames: readonly Frame[], isAll: boolean): Iterable<string> {
  if (series.every(({ values }) => values.length === 0)) {
    yield 'finds no rows';
    return;
  }
  for (const tag of new Set(series.flatMap(({ tags = {} }) => Object.keys(tags).filter((key) => tags[key] === ''))))
    yield `groups by ${tag}, which is no tag: all of it is one group`;
  const isTable = frames.length === 1 && frames[0]!.fields.length > 2;
  if (isTable && Object.keys(series[0]?.tags ?? {}).length > 1)
    yield 'is a table that is grouped by several tags: some versions of Grafana mix their columns up';
  const values = frames.flatMap((frame) => frame.fields.filter((field) => field.name !== TIME && !isTagOf(field, series)));
  const empty = values.filter((field) => field.values.every((value) => value === null));
  if (empty.length === values.length) yield 'finds nothing but nulls';
  else if (isAll) for (const { name } of empty) yield `finds nothing but nulls in "${name}"`;
  for (const { name } of frames) if (name.includes('$')) yield `has a series called "${name}": its query does not group by that`;
}

const isTagOf = ({ name }: Field, [first]: readonly Series[]): boolean =>
  first?.tags?.[name] !== undefined && !first.columns.includes(name);

/** What the panel says of columns and series must be there. */
function* faultsOfShown({ fieldConfig, options }: Panel, frames: readonly Frame[]): Iterable<string> {
  const names = new Set(frames.flatMap(({ fields }) => fields.map(({ name }) => name)));
  const told = (fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.id === 'byName')
    .map(({ matcher }) => String(matcher.options));
  const { xField } = (options ?? {}) as { xField?: string };
  for (const name of xField === undefined ? told : [...told, xField])
    if (!names.has(name)) yield `tells how "${name}" looks, which is not there`;
}
