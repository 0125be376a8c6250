import type { DataTransformerConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import { TIME } from './columns.js';

/** Name of the column that says the rank. */
export const RANK = '#';
const INDEX = 'index';

/** Most first, with its rank before it, from 1. */
export const ranked = (by: string, order: readonly string[]): DataTransformerConfig[] => [
  { id: 'sortBy', options: { fields: {}, sort: [{ field: by, desc: true }] } },
  {
    id: 'calculateField',
    options: { mode: 'index', alias: INDEX, index: { asPercentile: false }, timeSeries: false, replaceFields: false },
  },
  {
    id: 'calculateField',
    options: {
      mode: 'binary',
      alias: RANK,
      binary: { left: { matcher: { id: 'byName', options: INDEX } }, operator: '+', right: { fixed: '1' } },
      timeSeries: false,
      replaceFields: false,
    },
  },
  ordered([RANK, ...order], [TIME, INDEX]),
];

/** Columns in this order, whatever order Grafana makes of tags. @param without columns that are left out */
export const ordered = (order: readonly string[], without: readonly string[] = [TIME]): DataTransformerConfig => ({
  id: 'organize',
  options: {
    excludeByName: Object.fromEntries(without.map((name) => [name, true])),
    indexByName: Object.fromEntries(order.map((name, i) => [name, i])),
    renameByName: {},
  },
});
