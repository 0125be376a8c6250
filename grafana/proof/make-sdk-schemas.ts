/**
 * `npm run generate:grafana-schemas` makes JSON Schemas of the SDK's types, after the SDK has a new version. The generator needs a TypeScript of its own,
 * so it is fetched by npx for this once; with `--check` nothing is written.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { readIfThere } from '@pulseboard/contract/write-generated';
import { SCHEMA_ROOTS, schemaFile, sdkModules } from './sdk-schemas.js';

const GENERATOR = ['ts-json-schema-generator@2.4.0', 'typescript@5.9.3'];

const run = promisify(execFile);

async function schemaOf(module: string, type: string): Promise<unknown> {
  const packages = GENERATOR.flatMap((name) => ['-p', name]);
  const args = ['--path', join(sdkModules, module, 'types.gen.d.ts'), '--type', type, '--no-type-check'];
  // Elsewhere than here: the generator would find the TypeScript of this repository.
  const options = { cwd: tmpdir(), maxBuffer: 1e8 };
  const { stdout } = await run('npx', ['--yes', ...packages, 'ts-json-schema-generator', ...args], options);
  return withoutDescriptions(JSON.parse(stdout));
}

/** Keys of schemas; a property may be called `description`, too, and is kept: its value is a schema. */
const isText = (key: string, value: unknown): boolean => key === 'description' && typeof value === 'string';

const withoutDescriptions = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(withoutDescriptions)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key, item]) => !isText(key, item))
            .map(([key, item]) => [key, withoutDescriptions(item)]),
        )
      : value;

const schemas: Record<string, unknown> = {};
for (const [module, type] of SCHEMA_ROOTS) schemas[`${module}.${type}`] = await schemaOf(module, type);
const text = `${JSON.stringify(schemas, undefined, 1)}\n`;
const name = basename(schemaFile);
if (!process.argv.includes('--check')) {
  writeFileSync(schemaFile, text);
  process.stdout.write(`${name} has ${SCHEMA_ROOTS.length} schemas.\n`);
} else if (readIfThere(schemaFile) !== text) {
  process.stderr.write(`${name} is not what the SDK's types generate: run \`npm run generate:grafana-schemas\` and commit it.\n`);
  process.exitCode = 1;
}
