import { readdirSync, readFileSync } from 'node:fs';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { describeOnInflux } from '@pulseboard/cloud-processor/influx-server';
import { isGuest } from '@pulseboard/contract';
import type { InfluxTarget } from '../parts/query.js';
import { answerOf, faultsOf, panelsOf, resolved, valuesOf, variablesOf } from './check-dashboard.js';
import { choicesOf, type Values } from './choices.js';
import { ALL, type TimeRange } from './interpolate.js';
import { openProofGym, type ProofGym } from './proof-gym.js';

const generated = new URL('../../generated/dashboards/', import.meta.url);
const dashboards = readdirSync(generated, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.json'))
  .map((path): [title: string, read: () => Dashboard] => {
    const read = () => JSON.parse(readFileSync(new URL(path, generated), 'utf8')) as Dashboard;
    return [read().title!, read];
  });
const dashboardOf = (title: string): Dashboard => dashboards.find(([name]) => name === title)![1]();

describeOnInflux('on a real InfluxDB, filled by the real pipeline', () => {
  let gym: ProofGym;
  let values: Values;
  const ask = (statement: string) => gym.ask(statement);

  beforeAll(async () => {
    gym = await openProofGym(4);
    values = {
      gym: ['demo', 'annex'],
      room: ['main', 'studio'],
      // His HRmax is too low: he is an outlier, alone too.
      member: ['bruno', 'chiara'],
      // Today's of both gyms: the second one began a minute later.
      session: [(await sessionsOf('demo/main'))[0]!, (await sessionsOf('annex/main'))[0]!],
    };
  });
  afterAll(() => gym?.close());

  /** As they are listed, the newest first. */
  async function sessionsOf(place: string): Promise<string[]> {
    const dashboard = dashboardOf('Class');
    const variables = variablesOf(dashboard);
    const session = variables.find(({ name }) => name === 'session')!;
    return (await valuesOf(session, variables, { gym: ALL, room: ALL }, ask)).filter((name) => name.includes(` ${place} `));
  }

  describe.each(dashboards)('%s', (_, read) => {
    test('every target answers, for all, one and two values of each variable', async () => {
      const dashboard = read();
      for (const [what, choice] of choicesOf(dashboard, values))
        expect({ what, faults: await faultsOf(dashboard, gym.today, choice, ask) }).toEqual({ what, faults: [] });
    });

    test('what can be chosen is what was there', async () => {
      const dashboard = read();
      const variables = variablesOf(dashboard);
      const all = Object.fromEntries(variables.map(({ name }) => [name, ALL]));
      for (const variable of variables.filter(({ hide }) => !hide)) {
        const found = await valuesOf(variable, variables, all, ask);
        expect(found).toEqual(expect.arrayContaining([...values[variable.name]!]));
      }
    });
  });

  test('the two sessions that are chosen are two stretches', async () => {
    const begin = async (session: string) =>
      Number((await resolved(dashboardOf('Class'), { gym: [ALL], room: [ALL], session }, ask)).session_from);
    const [first, second] = values.session!;
    expect((await begin(second)) - (await begin(first))).toBe(60_000);
  });

  test("yesterday's session, chosen: its stretch and nothing else", async () => {
    const yesterday = (await sessionsOf('demo/main')).at(-1)!;
    const range: TimeRange = { from: gym.yesterday.from, to: gym.today.to };
    const choice = { gym: ['demo'], room: ['main'], session: yesterday };
    const dashboard = dashboardOf('Class');
    expect(await faultsOf(dashboard, range, choice, ask)).toEqual([]);
    const { session_from, session_rest } = await resolved(dashboard, choice, ask);
    expect([Number(session_from), Date.UTC(2100, 0, 1) - Number(session_rest)]).toEqual([gym.yesterday.from, expect.any(Number)]);
    const seconds = await totalOf(dashboard, 'Group', 'minutes of all', range, choice);
    const stored = await gym.processor.duckDb.totals({ gym: 'demo', room: 'main', from: gym.yesterday.from });
    const today = await gym.processor.duckDb.totals({ gym: 'demo', room: 'main', from: gym.today.from });
    const sum = (totals: typeof stored) => [...totals.values()].reduce((all, { seconds }) => all + seconds, 0);
    expect(Math.round(seconds * 60)).toBe(sum(stored) - sum(today));
  });

  /** One figure of a panel. */
  async function totalOf(dashboard: Dashboard, title: string, column: string, range: TimeRange, choice: Record<string, string | string[]>) {
    const panel = panelsOf(dashboard).find((each) => each.title === title)!;
    const { frames } = await answerOf(panel, dashboard, range, await resolved(dashboard, choice, ask), ask);
    return Number(frames[0]!.fields.find(({ name }) => name === column)!.values[0]);
  }

  describe('before anything was ever stored', () => {
    const nothing = async () => [];
    test.each(dashboards)('%s asks for nothing that InfluxDB would not understand', async (_, read) => {
      const dashboard = read();
      const all = Object.fromEntries(
        variablesOf(dashboard)
          .filter(({ hide }) => !hide)
          .map(({ name }) => [name, ALL]),
      );
      const choice = await resolved(dashboard, all, nothing);
      for (const panel of panelsOf(dashboard)) await answerOf({ ...panel, transformations: [] }, dashboard, gym.today, choice, ask);
    });
  });

  describe('numbers of DuckDB, which has the same seconds', () => {
    const one = { gym: ['demo'], room: ['main'], session: ALL, member: ['ada'] };

    test('one member: minutes, points, energy, mean and highest heart rate, minutes in each zone', async () => {
      const { duckDb: store } = gym.processor;
      const dashboard = dashboardOf('Member');
      const range = { from: gym.today.from, to: gym.today.to + 60_000 };
      const sums = (await store.totals({ gym: 'demo', room: 'main', from: gym.today.from })).get('ada')!;
      const summary = await store.summary({ gym: 'demo', member: 'ada', from: range.from, until: range.to });
      const figure = (column: string) => totalOf(dashboard, 'In the time range', column, range, one);
      expect(Math.round((await figure('minutes')) * 60)).toBe(sums.seconds);
      expect(Math.round((await figure('points')) * 60)).toBe(sums.pointSixtieths);
      expect(Math.round((await figure('kcal')) * 1e6)).toBe(sums.microKcal);
      expect(Math.round((await figure('mean bpm')) * 10) / 10).toBe(summary.meanBpm);
      expect(await figure('highest bpm')).toBe(summary.maxBpm);
      for (const [zone, seconds] of sums.secondsInZone.entries())
        expect(Math.round((await totalOf(dashboard, 'Minutes in each zone', `zone ${zone}`, range, one)) * 60)).toBe(seconds);
      const points = await totalOf(dashboard, 'Sessions', 'points', range, one);
      expect(Math.round(points * 60)).toBe(sums.pointSixtieths);
    });

    test("one member's RMSSD of a minute is that of the stored seconds", async () => {
      const dashboard = dashboardOf('Member');
      const panel = panelsOf(dashboard).find(({ title }) => title === 'RMSSD')!;
      const { frames } = await answerOf(panel, dashboard, gym.today, await resolved(dashboard, one, ask), ask);
      const from = gym.today.from + 60_000;
      const stored = await gym.processor.duckDb.memberSeconds({ gym: 'demo', member: 'ada', from, until: from + 60_000, limit: 60 });
      const sum = (field: 'rrDifferences' | 'rrSquaredDifferencesMs2') => stored.reduce((all, second) => all + (second[field] ?? 0), 0);
      const rmssd = Math.sqrt(sum('rrSquaredDifferencesMs2') / sum('rrDifferences'));
      expect(rmssd).toBeGreaterThan(1);
      expect(frames[0]!.fields[1]!.values[frames[0]!.fields[0]!.values.indexOf(from)]).toBeCloseTo(rmssd, 9);
    });

    test('a class: mean, lowest and highest heart rate of every second; and the ranking', async () => {
      const { duckDb: store } = gym.processor;
      const dashboard = dashboardOf('Class');
      const choice = { gym: ['demo'], room: ['main'], session: ALL };
      const panel = panelsOf(dashboard).find(({ title }) => title === 'Heart rate of the group')!;
      const { frames } = await answerOf(panel, dashboard, gym.today, await resolved(dashboard, choice, ask), ask);
      const shown = new Map(frames.map(({ name, fields }) => [name, fields]));
      const times = shown.get('mean')![0]!.values;
      const stored = await store.roomSeconds({ gym: 'demo', room: 'main', from: gym.today.from, until: gym.today.to + 1, limit: 10_000 });
      expect(stored.length).toBeGreaterThan(200);
      for (const second of stored) {
        const value = (name: string) => Number(shown.get(name)![1]!.values[times.indexOf(second.at)]);
        expect([Math.round(value('mean') * 10) / 10, value('lowest'), value('highest')]).toEqual([
          second.meanBpm,
          second.minBpm,
          second.maxBpm,
        ]);
      }
      const ranking = panelsOf(dashboardOf('Leaderboard')).find(({ title }) => title === 'Session')!;
      const room = { gym: ['demo'], room: ['main'] };
      const [table] = (await answerOf(ranking, dashboardOf('Leaderboard'), gym.today, room, ask)).frames;
      const column = (name: string) => table!.fields.find((field) => field.name === name)!.values;
      const totals = await store.totals({ gym: 'demo', room: 'main', from: gym.today.from });
      const expected = [...totals].sort(([, a], [, b]) => b.pointSixtieths - a.pointSixtieths);
      expect(column('points').map((points) => Math.round(Number(points) * 60))).toEqual(expected.map(([, sums]) => sums.pointSixtieths));
      expect(column('#')).toEqual(expected.map((_, i) => i + 1));
      expect(new Set(column('member'))).toEqual(new Set(totals.keys()));
    });
  });

  test.each([
    ['Leaderboard', 'Session'],
    ['Class', 'Ranking of the session'],
    ['Member', 'Sessions'],
  ])('%s / %s: kcal of members, and none of guests, whose weight nobody knows', async (title, name) => {
    const dashboard = dashboardOf(title);
    const panel = panelsOf(dashboard).find((each) => each.title === name)!;
    const choice = await resolved(dashboard, { gym: [ALL], room: [ALL], member: [ALL], session: ALL }, ask);
    const [table] = (await answerOf(panel, dashboard, gym.today, choice, ask)).frames;
    const column = (name: string) => table!.fields.find((field) => field.name === name)!.values;
    const guests = column('member').map((member) => isGuest(String(member)));
    expect(new Set(guests)).toEqual(new Set([true, false]));
    expect(column('kcal').map((kcal) => kcal === null)).toEqual(guests);
    expect(Math.min(...column('minutes').map(Number))).toBeGreaterThan(0);
  });

  describe('faults that are seeded are found', () => {
    type Seed = [name: string, dashboard: string, panel: string, from: string, to: string, said: RegExp];
    const seeds: Seed[] = [
      ['a field that there is not', 'Leaderboard', 'Now', 'last(\\"zone\\")', 'last(\\"zones\\")', /finds nothing but nulls in "zone"/],
      ['a measurement that there is not', 'Member', 'Heart rate', 'FROM \\"member_second\\"', 'FROM \\"member_seconds\\"', /finds no rows/],
      ['a field of which nothing is known', 'Member', 'RR interval', '\\"meanRrMs\\" > 0', '\\"meanRrMs\\" > 9000', /finds no rows/],
      ['a variable that there is not', 'Class', 'Group', `\${room:regex}`, `\${hall:regex}`, /\$\{hall:regex\} is no variable/],
      ['a variable without a format', 'Class', 'Group', `\${room:regex}`, `\${room}`, /does not name a format/],
      ['a macro that there is not', 'Class', 'Members', '$__interval_ms', '$__rate_ms', /\$__rate_ms is no macro/],
      ['a macro that is misspelt', 'Class', 'Members', '$__interval_ms', '$__intervall', /invalid duration/],
      ['a name by a tag that is not grouped by', 'Member', 'Points', '$tag_member', '$tag_sensor', /\$tag_sensor.*does not group by that/],
      [
        'a group by a field',
        'Class',
        'Minutes in each zone',
        'GROUP BY \\"member\\"',
        'GROUP BY \\"zone\\"',
        /groups by zone, which is no tag/,
      ],
      ['InfluxQL that is none', 'Statistics', 'Spread', 'SELECT stddev', 'SELECT stddeviation', /undefined function stddeviation/],
      ['two statements', 'Statistics', 'Readings', 'fill(null)', 'fill(null); SHOW DATABASES', /several statements/],
      [
        'every reading instead of seconds',
        'Statistics',
        'Readings',
        'FROM \\"member_second\\"',
        'FROM \\"reading\\"',
        /reads every reading/,
      ],
      [
        'a table of several tags',
        'Gateways',
        'State',
        'GROUP BY \\"gateway\\"',
        'GROUP BY \\"gym\\", \\"gateway\\"',
        /grouped by several tags/,
      ],
      ['a column that is ordered and is not there', 'Gateways', 'Ledger', 'AS \\"open\\"', 'AS \\"opened\\"', /no column "open"/],
      [
        'a colour for a column that is not there',
        'Class',
        'Zones',
        '\\"zone 3\\"',
        '\\"zone three\\"',
        /tells how "zone 3" looks, which is not there/,
      ],
    ];
    test.each(seeds)('%s', async (_, title, name, from, to, said) => {
      const dashboard = dashboardOf(title);
      const panel = panelsOf(dashboard).find((each) => each.title === name)!;
      const targets = JSON.stringify(panel.targets);
      expect(targets).toContain(from);
      const spoiled = { ...panel, targets: JSON.parse(targets.replace(from, () => to)) as InfluxTarget[] };
      const all = Object.fromEntries(
        variablesOf(dashboard)
          .filter(({ hide }) => !hide)
          .map((variable) => [variable.name, ALL]),
      );
      const faults = await faultsOf({ ...dashboard, panels: [spoiled] }, gym.today, all, ask);
      expect(faults.join('\n')).toMatch(said);
    });
  });
});
