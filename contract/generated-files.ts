import { asyncApiDocument } from './asyncapi.js';
import { jsonSchemas } from './json-schemas.js';
import { messages } from './messages.js';
import { type Setting, type SettingPart, settings } from './settings.js';
import { type TopicName, topics } from './topics.js';

/** Where generated tables stand, and whose settings: all parts where none is named. */
const READMES: readonly { path: string; part?: SettingPart }[] = [
  { path: 'README.md' },
  { path: 'edge-gateway/README.md', part: 'gateway' },
  { path: 'broker/README.md', part: 'broker' },
  { path: 'cloud-processor/README.md', part: 'processor' },
];

/** The folder that holds nothing but generated files. */
export const GENERATED_FOLDER = 'contract/generated';

/**
 * Everything that is generated from the contract and committed.
 * @param read text of a file of the repository, undefined when it is not there
 * @returns text by path, both from the root of the repository
 */
export function generatedFiles(read: (path: string) => string | undefined): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, schema] of jsonSchemas()) files.set(`${GENERATED_FOLDER}/${fileName(name)}.schema.json`, pretty(schema));
  files.set(`${GENERATED_FOLDER}/asyncapi.json`, pretty(asyncApiDocument()));
  for (const { path, part } of READMES) {
    const text = read(path);
    const table = text === undefined ? undefined : withTable(text, 'settings', settingsTable(part));
    if (table !== undefined) files.set(path, table);
  }
  const ours = read('contract/README.md');
  const withTopics = ours === undefined ? undefined : withTable(ours, 'topics', topicsTable());
  if (withTopics !== undefined) files.set('contract/README.md', withTopics);
  return files;
}

const pretty = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** `ReadingBatch` is kept in `reading-batch.schema.json`. */
const fileName = (name: string) => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/** The text with the table between its markers, or undefined when it has none. */
export function withTable(text: string, marker: string, table: string): string | undefined {
  const start = `<!-- ${marker}:start -->`;
  const [from, to] = [text.indexOf(start), text.indexOf(`<!-- ${marker}:end -->`)];
  return from < 0 || to < from ? undefined : `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`;
}

const cell = (text: string) => text.replaceAll('|', '\\|');
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

/** @param part whose settings; all, with whose they are, when absent */
export function settingsTable(part?: SettingPart): string {
  const wanted = (Object.values(settings) as Setting<unknown>[]).filter((setting) => !part || setting.parts.includes(part));
  return tableOf(
    ['Setting', 'Default', 'Meaning', ...(part ? [] : ['Used by'])],
    wanted.map((s) => [`\`${s.name}\``, s.default ? `\`${s.default}\`` : '', s.meaning, ...(part ? [] : [s.parts.join(', ')])]),
  );
}

/** Every topic with who sends it, how, and the schema of its payload. */
export function topicsTable(): string {
  return tableOf(
    ['Topic', 'From', 'QoS', 'Retained', 'Payload'],
    (Object.keys(topics) as TopicName[]).map((name) => {
      const { from, qos, retained, name: message } = messages[name];
      return [
        `\`${topics[name].template}\``,
        from,
        String(qos),
        retained ? 'yes' : 'no',
        `[${message}](generated/${fileName(message)}.schema.json)`,
      ];
    }),
  );
}
