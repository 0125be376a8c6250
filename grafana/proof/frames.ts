import type { Series } from '@pulseboard/cloud-processor/influx-server';
import type { InfluxTarget } from '../parts/query.js';

/*
 * What Grafana makes of an answer of InfluxDB (pkg/tsdb/influxdb/influxql/buffered/response_parser.go).
 */

export type Value = number | string | boolean | null;

/** A column of a frame. */
export interface Field {
  name: string;
  values: Value[];
  labels?: Readonly<Record<string, string>>;
}

/** A table, or one series with its times. */
export interface Frame {
  name: string;
  fields: Field[];
}

const TIME = 'Time';

export const framesOf = (series: readonly Series[], { resultFormat, alias }: Pick<InfluxTarget, 'resultFormat' | 'alias'>): Frame[] =>
  resultFormat === 'table' ? tableOf(series) : series.flatMap((each) => seriesFrames(each, alias));

/** All series under each other: time, tags, values. */
function tableOf(series: readonly Series[]): Frame[] {
  const [first] = series;
  if (!first) return [];
  const tags = Object.keys(first.tags ?? {});
  const fields: Field[] = [
    { name: TIME, values: series.flatMap(({ values }) => values.map((row) => row[0] as Value)) },
    ...tags.map((tag) => ({ name: tag, values: series.flatMap(({ tags, values }) => values.map(() => tags?.[tag] ?? '')) })),
    ...first.columns
      .slice(1)
      .map((name, i) => ({ name, values: series.flatMap(({ values }) => values.map((row) => row[i + 1] as Value)) })),
  ];
  return [{ name: first.name, fields }];
}

/** A frame for each column. */
function seriesFrames({ name, tags = {}, columns, values }: Series, alias: string | undefined): Frame[] {
  return columns.slice(1).map((column, i) => {
    const shown = alias ? aliased(alias, name, column, tags) : `${name}.${column}${tagText(tags)}`;
    return {
      name: shown,
      fields: [
        { name: TIME, values: values.map((row) => row[0] as Value) },
        { name: shown, values: values.map((row) => row[i + 1] as Value), labels: tags },
      ],
    };
  });
}

/** A pattern that says nothing stays as it is. */
const aliased = (alias: string, measurement: string, column: string, tags: Readonly<Record<string, string>>): string =>
  alias.replace(/\$(\w+)|\[\[([\s\S]+?)\]\]/g, (place, dollar: string | undefined, brackets: string | undefined) => {
    const name = dollar ?? brackets!;
    if (name === 'm' || name === 'measurement') return measurement;
    if (name === 'col') return column;
    return name.startsWith('tag_') ? (tags[name.slice('tag_'.length)] ?? place) : place;
  });

const tagText = (tags: Readonly<Record<string, string>>): string =>
  Object.keys(tags).length === 0
    ? ''
    : ` { ${Object.entries(tags)
        .map(([key, value]) => `${key}: ${value}`)
        .join(', ')} }`;
