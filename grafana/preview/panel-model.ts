import type { Panel, Threshold, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelAnswer } from '../proof/check-dashboard.js';
import type { Frame } from '../proof/frames.js';

/** How a column or series looks, with its overrides. */
export interface Look {
  displayName?: string;
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  thresholds?: { steps: Threshold[] };
  color?: { mode: string; fixedColor?: string };
  mappings?: ValueMapping[];
  'custom.width'?: number;
  'custom.cellOptions'?: { type: string };
}

/** What is drawn of a panel. */
export interface PanelModel {
  panel: Panel;
  frames: Frame[];
  lookOf(column: string): Look;
}

export function panelModel({ panel, frames }: PanelAnswer): PanelModel {
  const { defaults, overrides } = panel.fieldConfig!;
  const { custom, ...common } = defaults as Look & { custom?: Record<string, unknown> };
  const own = Object.fromEntries(Object.entries(custom ?? {}).map(([name, value]) => [`custom.${name}`, value]));
  return {
    panel,
    frames,
    lookOf: (column) => ({
      ...common,
      ...own,
      ...Object.fromEntries(
        overrides
          .filter(({ matcher }) => matcher.options === column)
          .flatMap(({ properties }) => properties.map(({ id, value }) => [id, value])),
      ),
    }),
  };
}

/** Names of Grafana's palette, as its dark theme has them. */
const NAMED: Readonly<Record<string, string>> = {
  green: '#73bf69',
  'dark-green': '#37872d',
  yellow: '#fade2a',
  orange: '#ff9830',
  red: '#f2495c',
  'dark-red': '#c4162a',
  purple: '#b877d9',
  text: '#ccccdc',
  transparent: 'transparent',
};
const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff780a',
  '#f2495c',
  '#5794f2',
  '#b877d9',
  '#96d98d',
  '#ffa6b0',
  '#fade2a',
  '#8f3bb8',
  '#ffb357',
];

export const css = (colour: string): string => NAMED[colour] ?? colour;

/** Of the highest step that the value reaches. */
export const stepColour = (value: number, steps: readonly Threshold[]): string =>
  css(steps.findLast((step) => step.value === null || value >= step.value)?.color ?? 'transparent');

/** Of a series: its own, or one of the palette by its place. */
export const seriesColour = ({ color }: Look, place: number): string =>
  color?.mode === 'fixed' && color.fixedColor ? css(color.fixedColor) : PALETTE[place % PALETTE.length]!;

/** Text in HTML. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** On a fill: black or white, whatever can be read better. */
export function inkOn(fill: string): string {
  const [, r, g, b] = /^#(..)(..)(..)$/.exec(fill) ?? [];
  if (!r) return 'inherit';
  const luminance = (0.299 * Number.parseInt(r, 16) + 0.587 * Number.parseInt(g!, 16) + 0.114 * Number.parseInt(b!, 16)) / 255;
  return luminance > 0.6 ? '#0a0d12' : '#ffffff';
}
