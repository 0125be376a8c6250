import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  type FieldColor,
  FieldColorModeId,
  type FieldConfigSource,
  MappingType,
  type Threshold,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** The name of the first column of every answer. */
export const TIME = 'Time';

type Override = FieldConfigSource['overrides'][number];

/** What a column or series may be told: names of Grafana's field options. */
export interface ColumnOptions {
  displayName?: string;
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  color?: FieldColor;
  noValue?: string;
  mappings?: ValueMapping[];
  'custom.width'?: number;
}

export const fixed = (fixedColor: string): FieldColor => ({ mode: FieldColorModeId.Fixed, fixedColor });
/** Words in the place of 1 and 0. */
export const words = (one: string, zero: string): ValueMapping[] => [
  { type: MappingType.ValueToText, options: { '0': { text: zero, index: 1 }, '1': { text: one, index: 0 } } },
];
const byThresholds: FieldColor = { mode: FieldColorModeId.Thresholds };
const thresholds = (steps: Threshold[]): DynamicConfigValue => ({ id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps } });
const properties = (options: ColumnOptions): DynamicConfigValue[] => Object.entries(options).map(([id, value]) => ({ id, value }));

/** One column of a table, or one series, by its name. */
export function column(name: string) {
  const override = (values: DynamicConfigValue[]): Override => ({ matcher: { id: 'byName', options: name }, properties: values });
  return {
    is: (options: ColumnOptions): Override => override(properties(options)),
    /** A bar in the cell. @param steps its colour by its value */
    bar: (options: ColumnOptions, steps: Threshold[]): Override =>
      override([
        {
          id: 'custom.cellOptions',
          value: { type: TableCellDisplayMode.Gauge, mode: BarGaugeDisplayMode.Basic, valueDisplayMode: BarGaugeValueMode.Text },
        },
        { id: 'color', value: byThresholds },
        thresholds(steps),
        ...properties(options),
      ]),
    /** Its figure in a colour by its value. */
    coloured: (options: ColumnOptions, steps: Threshold[]): Override =>
      override([{ id: 'color', value: byThresholds }, thresholds(steps), ...properties(options)]),
    /** The cell filled. @param steps its colour by its value */
    filled: (options: ColumnOptions, steps: Threshold[]): Override =>
      override([
        { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic } },
        { id: 'color', value: byThresholds },
        thresholds(steps),
        ...properties(options),
      ]),
  };
}
