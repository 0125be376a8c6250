import type { Threshold } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Frame } from '../proof/frames.js';
import type { TimeRange } from '../proof/interpolate.js';
import { css, type PanelModel, seriesColour } from './panel-model.js';
import { legendHtml } from './tables.js';

/** What the page's script draws with uPlot. */
export interface Chart {
  kind: 'lines' | 'stacked' | 'bars';
  /** x, then each series; UTC seconds where x is time. */
  data: (number | null)[][];
  series: { name: string; colour: string }[];
  isTime: boolean;
  unit?: string | undefined;
  decimals?: number | undefined;
  lineWidth: number;
  min?: number | undefined;
  max?: number | undefined;
  range?: [number, number];
  /** Areas behind the lines, by their lower edge. */
  bands?: { from: number | null; colour: string }[];
}

/** A chart's place, with what is drawn there. */
export const chartHtml = (chart: Chart): string =>
  `<div class="chart" data-chart="${JSON.stringify(chart).replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></div>${
    chart.series.length > 1 || chart.kind !== 'bars' ? legendHtml(chart.series.map(({ name, colour }) => [name, colour] as const)) : ''
  }`;

interface GraphCustom {
  stacking?: { mode: string };
  lineWidth?: number;
  thresholdsStyle?: { mode: string };
}

/** Time series: every frame on the times of all of them. */
export function linesOf({ panel, frames, lookOf }: PanelModel, range: TimeRange): Chart {
  const { unit, decimals, min, max, thresholds, custom } = panel.fieldConfig!.defaults as {
    unit?: string;
    decimals?: number;
    min?: number;
    max?: number;
    thresholds?: { steps: Threshold[] };
    custom: GraphCustom;
  };
  const stacking = custom.stacking?.mode ?? 'none';
  const times = [...new Set(frames.flatMap(({ fields }) => fields[0]!.values as number[]))].sort((a, b) => a - b);
  const aligned = frames.map((frame) => alignedTo(times, frame));
  const hasBands = custom.thresholdsStyle?.mode === 'area';
  return {
    kind: stacking === 'none' ? 'lines' : 'stacked',
    data: [times.map((ms) => ms / 1000), ...(stacking === 'none' ? aligned : stacked(aligned, stacking === 'percent'))],
    series: frames.map(({ name }, i) => ({ name, colour: seriesColour(lookOf(name), i) })),
    isTime: true,
    ...(stacking === 'percent' ? { unit: 'percent', min: 0, max: 100, decimals: 0 } : { unit, decimals, min, max }),
    lineWidth: custom.lineWidth ?? 1,
    range: [range.from / 1000, range.to / 1000],
    ...(hasBands ? { bands: thresholds!.steps.map(({ value, color }) => ({ from: value, colour: css(color) })) } : {}),
  };
}

function alignedTo(times: readonly number[], { fields }: Frame): (number | null)[] {
  const values = new Map(fields[0]!.values.map((at, i) => [at as number, fields[1]!.values[i] as number | null]));
  return times.map((at) => values.get(at) ?? null);
}

/** Each on the ones before it. */
function stacked(series: readonly (number | null)[][], asPercent: boolean): number[][] {
  const rows = series[0]?.length ?? 0;
  const totals = Array.from({ length: rows }, (_, i) => series.reduce((sum, values) => sum + (values[i] ?? 0), 0));
  const heights = new Array<number>(rows).fill(0);
  return series.map((values) =>
    values.map((value, i) => {
      heights[i]! += asPercent ? ((value ?? 0) / (totals[i] || 1)) * 100 : (value ?? 0);
      return heights[i]!;
    }),
  );
}

/** How many values are in each bucket. */
export function histogramOf({ panel, frames }: PanelModel): Chart {
  const { bucketSize } = panel.options as { bucketSize: number };
  const values = frames.flatMap(({ fields }) => fields[1]!.values).filter((value): value is number => typeof value === 'number');
  const counts = new Map<number, number>();
  for (const value of values) {
    const bucket = Math.floor(value / bucketSize) * bucketSize;
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  const buckets = Array.from({ length: (last - first) / bucketSize + 1 }, (_, i) => first + i * bucketSize);
  const { unit } = panel.fieldConfig!.defaults;
  return {
    kind: 'bars',
    data: [buckets.map((bucket) => bucket + bucketSize / 2), buckets.map((bucket) => counts.get(bucket) ?? 0)],
    series: [{ name: 'how often', colour: '#73bf69' }],
    isTime: false,
    range: [first, last + bucketSize],
    lineWidth: 1,
    min: 0,
    ...(unit === undefined ? {} : { unit }),
  };
}

const TIME_LABELS = 5;

/** Cells of time and value, the fuller the brighter, as SVG. */
export function heatmapSvg({ panel, frames }: PanelModel): string {
  const { calculation } = panel.options as { calculation: { yBuckets: { value: string } } };
  const height = Number(calculation.yBuckets.value);
  const cells = new Map<string, number>();
  const columns = [...new Set(frames.flatMap(({ fields }) => fields[0]!.values as number[]))].sort((a, b) => a - b);
  const place = new Map(columns.map((at, i) => [at, i]));
  for (const { fields } of frames)
    for (const [i, at] of fields[0]!.values.entries()) {
      const value = fields[1]!.values[i];
      if (typeof value !== 'number') continue;
      const key = `${place.get(at as number)} ${Math.floor(value / height)}`;
      cells.set(key, (cells.get(key) ?? 0) + 1);
    }
  const rows = [...cells.keys()].map((key) => Number(key.split(' ')[1]));
  const [low, high] = [Math.min(...rows), Math.max(...rows)];
  const most = Math.max(...cells.values());
  const rects = [...cells].map(([key, count]) => {
    const [x, y] = key.split(' ').map(Number) as [number, number];
    return `<rect x="${x}" y="${high - y}" width="1.02" height="0.96" fill="hsl(${35 - (20 * count) / most} 90% ${22 + (48 * count) / most}%)"/>`;
  });
  const labels = Array.from({ length: high - low + 1 }, (_, i) => `<span>${(high - i) % 2 === 0 ? `${(high - i) * height} %` : ''}</span>`);
  const times = Array.from({ length: TIME_LABELS }, (_, i) => columns[Math.round((i * (columns.length - 1)) / (TIME_LABELS - 1))]!);
  const ticks = times.map((at) => `<span>${new Date(at).toISOString().slice(11, 16)}</span>`);
  return `<div class="heatmap"><div class="labels">${labels.join('')}</div><svg viewBox="0 0 ${columns.length} ${high - low + 1}" preserveAspectRatio="none">${rects.join('')}</svg><div class="ticks">${ticks.join('')}</div></div>`;
}
