import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the SDK, by what it is the shape of: `Dashboard`, `Rule`, and of each kind of panel its options and its part of the field configuration. */
export type SdkSchemas = Readonly<Record<string, { definitions: Record<string, object> }>>;

/** What is generated: module of the SDK, its type. */
export const SCHEMA_ROOTS: readonly (readonly [module: string, type: string])[] = [
  ['dashboard', 'Dashboard'],
  ['alerting', 'Rule'],
  ['expr', 'TypeReduce'],
  ['expr', 'TypeMath'],
  ['stat', 'Options'],
  ...['table', 'timeseries', 'barchart', 'histogram', 'heatmap'].flatMap(
    (module) =>
      [
        [module, 'Options'],
        [module, 'FieldConfig'],
      ] as const,
  ),
];

const here = dirname(fileURLToPath(import.meta.url));
const grafana = join(here, '..', '..');

const entry = createRequire(import.meta.url).resolve('@grafana/grafana-foundation-sdk/dashboard');
/** The folder of the SDK's modules. */
export const sdkModules = join(dirname(entry), '..');
const { version } = JSON.parse(readFileSync(join(sdkModules, '..', 'package.json'), 'utf8')) as { version: string };

/** Schemas of another version of the SDK do not count. */
export const schemaFile = join(grafana, 'schemas', `sdk-${version.replace(/^v/, '')}.json`);

export const readSdkSchemas = (): SdkSchemas => JSON.parse(readFileSync(schemaFile, 'utf8'));
