/** Runs in the preview's page, which holds uPlot and the charts as data. */
import type uPlotClass from 'uplot';
import type { Chart } from './charts.js';

declare const uPlot: typeof uPlotClass;

const GRID = { stroke: '#2c3235', width: 1 };
const AXIS = { stroke: '#9fa7b3', grid: GRID, ticks: GRID, font: '12px sans-serif' };
const SUFFIXES: Record<string, string> = {
  percent: ' %',
  bpm: ' bpm',
  ms: ' ms',
  s: ' s',
  cps: ' /s',
  kcal: ' kcal',
  celsius: ' °C',
  dBm: ' dBm',
};

function valueText(value: number, unit = ''): string {
  if (unit === 'decbytes') return value >= 1e6 ? `${value / 1e6} MB` : `${value / 1000} kB`;
  if (unit === 'decmbytes') return `${value} MB`;
  return `${Math.abs(value) >= 10_000 ? `${value / 1000} k` : Number(value.toFixed(2))}${SUFFIXES[unit] ?? ''}`;
}

/** What a line that does not change is drawn in. */
const FLAT = 10;
const timeText = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 16);

/** Areas of the scale, behind everything else. */
function drawBands(u: uPlotClass, bands: NonNullable<Chart['bands']>): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.globalAlpha = 0.22;
  for (const [i, { from, colour }] of bands.entries()) {
    const top = Math.max(bbox.top, u.valToPos(bands[i + 1]?.from ?? u.scales.y!.max!, 'y', true));
    const bottom = Math.min(bbox.top + bbox.height, u.valToPos(from ?? u.scales.y!.min!, 'y', true));
    if (bottom <= top) continue;
    ctx.fillStyle = colour;
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  }
  ctx.restore();
}

function draw(place: HTMLElement): void {
  const chart = JSON.parse(place.dataset.chart!) as Chart;
  const { kind, data, series, isTime, unit, lineWidth, min, max, range, bands } = chart;
  const isStacked = kind === 'stacked';
  const last = series.length;
  new uPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: {
        x: { time: isTime, ...(range ? { range } : {}) },
        y: { range: (_, low, high) => [min ?? low - (high - low || FLAT) * 0.1, max ?? high + (high - low || FLAT) * 0.1] },
      },
      axes: [
        {
          ...AXIS,
          ...(isTime
            ? { values: (_, ticks) => ticks.map(timeText) }
            : { values: (_, ticks) => ticks.map((tick) => valueText(tick, unit)) }),
        },
        { ...AXIS, size: 74, values: (_, ticks) => ticks.map((tick) => valueText(tick, kind === 'bars' ? '' : unit)) },
      ],
      series: [
        {},
        ...series.map(({ colour }) => ({
          stroke: colour,
          width: isStacked ? 0 : kind === 'bars' ? 1 : lineWidth,
          points: { show: false },
          ...(kind === 'bars' ? { fill: `${colour}cc`, paths: uPlot.paths.bars!({ size: [0.96, 200] }) } : {}),
          ...(isStacked ? { fill: `${colour}dd` } : {}),
        })),
      ],
      ...(isStacked
        ? { bands: Array.from({ length: last - 1 }, (_, i) => ({ series: [last - i, last - i - 1] as [number, number] })) }
        : {}),
      hooks: { drawClear: bands ? [(u: uPlotClass) => drawBands(u, bands)] : [] },
    },
    data as uPlotClass.AlignedData,
    place,
  );
}

for (const place of document.querySelectorAll<HTMLElement>('[data-chart]')) draw(place);
document.body.dataset.drawn = 'yes';
