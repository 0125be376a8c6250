import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelAnswer } from '../proof/check-dashboard.js';
import type { TimeRange } from '../proof/interpolate.js';
import { chartHtml, heatmapSvg, histogramOf, linesOf } from './charts.js';
import { escaped, type PanelModel, panelModel } from './panel-model.js';
import { barsHtml, statHtml, tableHtml } from './tables.js';

/** A dashboard with what its panels found. */
export interface DashboardAnswer {
  dashboard: Dashboard;
  range: TimeRange;
  answers: PanelAnswer[];
  /** What was chosen, for people. */
  chosen: string;
}

const drawings: Readonly<Record<string, (model: PanelModel, range: TimeRange) => string>> = {
  stat: statHtml,
  table: tableHtml,
  barchart: barsHtml,
  timeseries: (model, range) => chartHtml(linesOf(model, range)),
  histogram: (model) => chartHtml(histogramOf(model)),
  heatmap: heatmapSvg,
};

function panelHtml(answer: PanelAnswer, range: TimeRange): string {
  const { title, description, gridPos, type } = answer.panel;
  const { x, y, w, h } = gridPos!;
  const place = `grid-column:${x + 1}/span ${w};grid-row:${y + 1}/span ${h}`;
  const hasData = answer.frames.some(({ fields }) => fields.length > 0);
  const drawn = hasData ? drawings[type]!(panelModel(answer), range) : '<p class="nothing">No data</p>';
  return `<section class="panel" style="${place}"><h3 title="${escaped(description ?? '')}">${escaped(title ?? '')}</h3><div class="body">${drawn}</div></section>`;
}

const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

function dashboardHtml({ dashboard, range, answers, chosen }: DashboardAnswer): string {
  const panels = answers.map((answer) => panelHtml(answer, range)).join('\n');
  return `<article id="${dashboard.uid}"><header><h2>${escaped(dashboard.title!)}</h2><span>${escaped(chosen)}</span><span>${time(range.from)} to ${time(range.to)} UTC</span></header><div class="grid">${panels}</div></article>`;
}

const uplot = dirname(createRequire(import.meta.url).resolve('uplot/dist/uPlot.iife.min.js'));

/** Everything in one file: no server and no network. */
export function pageHtml(dashboards: readonly DashboardAnswer[]): string {
  const style = readFileSync(new URL('../../preview/page.css', import.meta.url), 'utf8');
  const script = readFileSync(new URL('./page-script.js', import.meta.url), 'utf8').replace(/\/\/# sourceMappingURL=.*/, '');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Dashboards of Pulseboard, a preview without Grafana</title>
<style>${readFileSync(join(uplot, 'uPlot.min.css'), 'utf8')}</style><style>${style}</style></head><body>
${dashboards.map(dashboardHtml).join('\n')}
<script>${readFileSync(join(uplot, 'uPlot.iife.min.js'), 'utf8')}</script>
<script type="module">${script}</script></body></html>
`;
}
