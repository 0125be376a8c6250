import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import { asyncApiDocument } from './asyncapi.js';
import { badExamples, examples } from './examples.js';
import { generatedFiles, settingsTable, withTable } from './generated-files.js';
import { jsonSchemas } from './json-schemas.js';
import { type MessageKind, messages } from './messages.js';
import type { TopicName } from './topics.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => (existsSync(new URL(path, root)) ? readFileSync(new URL(path, root), 'utf8') : undefined);
const kinds = Object.entries(messages) as [TopicName, MessageKind][];
// The package is CommonJS: its types say `default`, Node gives the function.
const createAjv = (options: Options = {}) => {
  const ajv = new Ajv({ strict: false, allErrors: true, ...options });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  return ajv;
};
const required = createRequire(import.meta.url);

test.each([...generatedFiles(read)])('%s is what the contract generates', (path, text) => expect(read(path)).toBe(text));

describe.each(kinds)('the JSON Schema of %s, read by another validator', (name, { name: message }) => {
  const validate = createAjv().compile(jsonSchemas().get(message)!);

  test('takes the example', () => expect(validate(JSON.parse(JSON.stringify(examples[name])))).toBe(true));
  test('refuses the bad one', () => expect(validate(JSON.parse(JSON.stringify(badExamples[name].payload)))).toBe(false));
  test('is closed', () => {
    const refused = validate({ ...examples[name], favouriteColour: 'red' });
    expect(refused).toBe(false);
  });
});

describe('the AsyncAPI document', () => {
  const document = asyncApiDocument();

  test('is valid AsyncAPI 3.0.0', () => {
    // Its schema brings draft 7 along, so Ajv must not.
    const validate = createAjv({ meta: false, validateSchema: false }).compile(required('@asyncapi/specs/schemas/3.0.0.json'));
    validate(JSON.parse(JSON.stringify(document)));
    expect(validate.errors).toBeNull();
  });

  test('refers to nothing that it lacks', () => {
    for (const [, path] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = path!.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect({ path, found: found !== undefined }).toEqual({ path, found: true });
    }
  });

  test.each(kinds)('%s is sent as the messages say', (name, { from, qos, retained }) => {
    const operation = Object.entries(document.operations).find(([key]) => key.toLowerCase() === `${from}sends${name}`.toLowerCase())?.[1];
    expect(operation).toMatchObject({ action: 'send', bindings: { mqtt: { qos, retain: retained } } });
  });
});

describe('tables in READMEs', () => {
  const text = 'a\n<!-- settings:start -->\nold\n<!-- settings:end -->\nb\n';

  test('replace what stands between the markers, and nothing else', () => {
    expect(withTable(text, 'settings', 'new')).toBe('a\n<!-- settings:start -->\nnew\n<!-- settings:end -->\nb\n');
  });
  test('leave a text without markers alone', () => expect(withTable('# Title\n', 'settings', 'new')).toBeUndefined());
  test('of a part name its settings only', () => {
    expect(settingsTable('broker')).toContain('PULSEBOARD_MQTT_PORT');
    expect(settingsTable('broker')).not.toContain('PULSEBOARD_GATEWAY');
    expect(settingsTable()).toContain('| broker, gateway, processor |');
  });
});
