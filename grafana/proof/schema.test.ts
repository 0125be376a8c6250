import { readFileSync } from 'node:fs';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { rules } from '../alerting/rules.js';
import { generatedFiles } from '../generated-files.js';
import { ZONE_COLOURS } from '../parts/zone-colours.js';
import { SdkValidator } from './validate-json.js';

const root = new URL('../../../', import.meta.url);
const files = [...generatedFiles()];
const dashboards = files.filter(([path]) => path.endsWith('.json'));
const dashboardOf = (name: string): Dashboard => JSON.parse(dashboards.find(([path]) => path.endsWith(`/${name}.json`))![1]);
const validator = new SdkValidator();

test.each(files)('%s is what grafana/ generates', (path, text) => expect(readFileSync(new URL(path, root), 'utf8')).toBe(text));

test.each(dashboards)('%s is what the types of the SDK say', (_, text) => expect(validator.dashboard(JSON.parse(text))).toEqual([]));

test.each(rules().map((rule) => [rule.build().title, rule] as const))('so is the alert rule "%s"', (_, rule) =>
  expect(validator.rule(JSON.parse(JSON.stringify(rule.build())))).toEqual([]),
);

describe('faults that are seeded are found', () => {
  type Spoil = (dashboard: Dashboard, panel: Record<string, never> & Panel) => void;
  const any = <T>(value: unknown): T => value as T;
  const seeds: [string, Spoil, RegExp][] = [
    ['a misspelt option of the dashboard', (d) => Object.assign(d, { refesh: '1s' }), /must NOT have additional properties/],
    ['a refresh that is no text', (d) => (any<{ refresh: number }>(d).refresh = 1 as never), /refresh: must be string/],
    ['a misspelt option of a panel', (_, p) => Object.assign(p, { titel: 'x' }), /additional properties.*titel/],
    [
      'an option of a table that there is not',
      (_, p) => Object.assign(p.options, { rows: 5 }),
      /options: must NOT have additional properties/,
    ],
    ['a cell height that there is not', (_, p) => Object.assign(p.options, { cellHeight: 'huge' }), /cellHeight: must be equal to one of/],
    [
      'an alignment that there is not',
      (_, p) => Object.assign(p.fieldConfig!.defaults.custom, { align: 'middle' }),
      /align: must be equal to one of/,
    ],
    [
      'an override of no option',
      (_, p) => (p.fieldConfig!.overrides[0]!.properties[0]!.id = 'custom.widht'),
      /custom.widht, which is no option/,
    ],
    [
      'an override of a wrong type',
      (_, p) => (p.fieldConfig!.overrides[0]!.properties[0]!.value = '50'),
      /override custom.width: must be number/,
    ],
    [
      'a cell that there is not',
      (_, p) => Object.assign(p.fieldConfig!.overrides[1]!.properties[0]!.value, { type: 'disco' }),
      /cellOptions/,
    ],
    ['a target that is no query', (_, p) => Object.assign(p.targets![0]!, { rawQuery: false }), /rawQuery: must be equal to constant/],
    [
      'a kind of panel that there is not',
      (_, p) => (any<{ type: string }>(p).type = 'tabel' as never),
      /no schema of panels of kind tabel/,
    ],
    ['two panels with one id', (_, p) => (any<{ id: number }>(p).id = 1 as never), /panels need ids of their own/],
    ['two panels in one place', (_, p) => (any<{ y: number }>(p.gridPos).y = 0 as never), /lie on each other/],
  ];
  test.each(seeds)('%s', (_, spoil, said) => {
    const dashboard = dashboardOf('leaderboard');
    const panel = (dashboard.panels as Panel[]).find(({ title }) => title === 'Now')!;
    spoil(dashboard, panel as never);
    expect(validator.dashboard(dashboard).join('\n')).toMatch(said);
  });
});

test('a zone has the colour that it has on the wall', () => {
  const css = readFileSync(new URL('leaderboard/src/styles/tile.css', root), 'utf8');
  for (const [zone, colour] of ZONE_COLOURS.entries()) expect(css).toContain(`[data-zone="${zone}"] {\n  --fill: ${colour};`);
});

test('provisioning has a variable of the environment only where Grafana puts one in', () => {
  const yaml = files.filter(([path]) => path.endsWith('.yaml')).map(([, text]) => text);
  const found = yaml.flatMap((text) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
  expect(new Set(found)).toEqual(
    new Set(['PULSEBOARD_INFLUX_URL', 'PULSEBOARD_INFLUX_DATABASE', 'PULSEBOARD_INFLUX_TOKEN', 'PULSEBOARD_ALERT_WEBHOOK_URL']),
  );
  // `{{ $labels.member }}` would be an empty text in some versions.
  const texts = rules().flatMap((rule) => Object.values(rule.build().annotations ?? {}));
  expect(texts.filter((text) => text.includes('$'))).toEqual([]);
});
