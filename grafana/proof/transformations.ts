import type { DataTransformerConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Field, Frame, Value } from './frames.js';

/*
 * The transformations of Grafana that the dashboards use (packages/grafana-data/src/transformations/transformers), of one table.
 */

/** Grafana would show something else than what was meant. */
export class TransformationError extends Error {
  readonly code = 'TRANSFORMATION_IMPOSSIBLE';
}

type Transform = (frame: Frame, options: never) => Frame;

/** @throws TransformationError for a transformation that is not known here, and for a column that is not there */
export const transformed = (frame: Frame, transformations: readonly DataTransformerConfig[] = []): Frame =>
  transformations.reduce((result, { id, options }) => {
    const transform = transforms[id];
    if (!transform) throw new TransformationError(`transformation ${id} is not known`);
    return transform(result, options as never);
  }, frame);

function fieldOf({ fields }: Frame, name: string): Field {
  const field = fields.find((each) => each.name === name);
  if (!field) throw new TransformationError(`there is no column "${name}"`);
  return field;
}

const transforms: Readonly<Record<string, Transform>> = {
  sortBy(frame, { sort: [by] }: { sort: { field: string; desc: boolean }[] }) {
    const { values } = fieldOf(frame, by!.field);
    const order = values.map((_, i) => i).sort((a, b) => (by!.desc ? compared(values[b]!, values[a]!) : compared(values[a]!, values[b]!)));
    return { ...frame, fields: frame.fields.map((field) => ({ ...field, values: order.map((i) => field.values[i]!) })) };
  },

  calculateField(frame, options: { mode: string; alias: string; binary?: { left: Operand; operator: string; right: Operand } }) {
    const { mode, alias, binary } = options;
    const rows = frame.fields[0]?.values.length ?? 0;
    const places = Array.from({ length: rows }, (_, i) => i);
    if (mode === 'index') return { ...frame, fields: [...frame.fields, { name: alias, values: places }] };
    if (mode !== 'binary' || binary?.operator !== '+') throw new TransformationError(`calculation ${mode} is not known`);
    const sums = places.map((i) => operand(frame, binary.left, i) + operand(frame, binary.right, i));
    return { ...frame, fields: [...frame.fields, { name: alias, values: sums }] };
  },

  organize(frame, { excludeByName, indexByName }: { excludeByName: Record<string, boolean>; indexByName: Record<string, number> }) {
    for (const name of [...Object.keys(excludeByName), ...Object.keys(indexByName)]) fieldOf(frame, name);
    const place = ({ name }: Field) => indexByName[name] ?? Number.MAX_SAFE_INTEGER;
    return { ...frame, fields: frame.fields.filter(({ name }) => !excludeByName[name]).sort((a, b) => place(a) - place(b)) };
  },
};

interface Operand {
  fixed?: string;
  matcher?: { id: string; options: string };
}

const operand = (frame: Frame, { fixed, matcher }: Operand, row: number): number =>
  Number(matcher ? fieldOf(frame, matcher.options).values[row] : fixed);

/** Nothing comes after everything else, when the most comes first. */
const compared = (a: Value, b: Value): number => {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return a < b ? -1 : a > b ? 1 : 0;
};
