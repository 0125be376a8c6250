import type { Field, Value } from '../proof/frames.js';
import { formatted } from './format.js';
import { css, escaped, inkOn, type Look, type PanelModel, seriesColour, stepColour } from './panel-model.js';

/** Stat, table and bar chart, as HTML. */

const textOf = (value: Value, look: Look): string => {
  if (value === null) return look.noValue ?? '';
  const word = wordOf(value, look);
  if (word !== undefined) return word;
  return typeof value === 'number' ? formatted(value, look.unit, look.decimals) : String(value);
};
/** A word in the place of a value. */
const wordOf = (value: Value, { mappings = [] }: Look): string | undefined => {
  for (const { type, options } of mappings) {
    const word = type === 'value' ? options[String(value)]?.text : undefined;
    if (word !== undefined) return word;
  }
  return undefined;
};
const timeText = (value: Value): string => new Date(Number(value)).toISOString().slice(0, 19).replace('T', ' ');
const isNumeric = (field: Field): boolean => field.name !== 'Time' && field.values.some((value) => typeof value === 'number');

export function statHtml({ frames, lookOf }: PanelModel): string {
  const figures = frames.flatMap(({ fields }) => fields.filter(isNumeric));
  return `<div class="stats">${figures
    .map((field) => {
      const look = lookOf(field.name);
      const value = field.values.findLast((each) => each !== null) ?? null;
      const colour = look.color?.mode === 'fixed' ? css(look.color.fixedColor!) : stepColour(Number(value), look.thresholds?.steps ?? []);
      return `<div class="value"><div class="name">${escaped(look.displayName ?? field.name)}</div><div class="figure" style="color:${colour === 'transparent' ? css('text') : colour}">${escaped(textOf(value, look))}</div></div>`;
    })
    .join('')}</div>`;
}

export function tableHtml({ frames: [frame], lookOf }: PanelModel): string {
  const fields = frame?.fields ?? [];
  const head = fields.map((field) => {
    const look = lookOf(field.name);
    const width = look['custom.width'] ? ` style="width:${look['custom.width']}px"` : '';
    return `<th${width} class="${isNumeric(field) ? 'number' : ''}">${escaped(look.displayName ?? field.name)}</th>`;
  });
  const rows = (fields[0]?.values ?? []).map(
    (_, row) => `<tr>${fields.map((field) => cell(field, row, lookOf(field.name))).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function cell(field: Field, row: number, look: Look): string {
  const value = field.values[row] ?? null;
  if (field.name === 'Time') return `<td>${timeText(value)}</td>`;
  const text = escaped(textOf(value, look));
  const type = look['custom.cellOptions']?.type;
  if (typeof value !== 'number' || !type || type === 'auto') return `<td class="${isNumeric(field) ? 'number' : ''}">${text}</td>`;
  const fill = stepColour(value, look.thresholds?.steps ?? []);
  if (type === 'color-background') return `<td class="number" style="background:${fill};color:${inkOn(fill)}">${text}</td>`;
  const numbers = field.values.filter((each): each is number => typeof each === 'number');
  const [min, max] = [look.min ?? Math.min(...numbers), look.max ?? Math.max(...numbers)];
  const share = Math.min(1, Math.max(0, (value - min) / (max - min || 1)));
  return `<td><div class="gauge"><div class="bar"><div style="width:${(share * 100).toFixed(1)}%;background:${fill}"></div></div><span>${text}</span></div></td>`;
}

export function barsHtml({ panel, frames: [frame], lookOf }: PanelModel): string {
  const { xField } = panel.options as { xField: string };
  const names = frame?.fields.find(({ name }) => name === xField)?.values ?? [];
  const series = (frame?.fields ?? []).filter(isNumeric);
  const sums = names.map((_, row) => series.reduce((sum, { values }) => sum + Number(values[row] ?? 0), 0));
  const longest = Math.max(...sums, Number.MIN_VALUE);
  const colours = series.map(({ name }, i) => seriesColour(lookOf(name), i));
  const bars = names.map((name, row) => {
    const parts = series.map(({ values }, i) => {
      const width = (Number(values[row] ?? 0) / longest) * 100;
      return `<i style="width:${width.toFixed(2)}%;background:${css(colours[i]!)}"></i>`;
    });
    return `<div class="row"><span>${escaped(String(name))}</span><div>${parts.join('')}</div><b>${escaped(textOf(sums[row]!, lookOf(series[0]?.name ?? '')))}</b></div>`;
  });
  return `<div class="bars"><div class="scroll">${bars.join('')}</div>${legendHtml(series.map(({ name }, i) => [lookOf(name).displayName ?? name, colours[i]!]))}</div>`;
}

export const legendHtml = (entries: readonly (readonly [name: string, colour: string])[]): string =>
  `<div class="legend">${entries.map(([name, colour]) => `<span><i style="background:${colour}"></i>${escaped(name)}</span>`).join('')}</div>`;
