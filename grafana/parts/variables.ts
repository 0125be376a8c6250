import { QueryVariableBuilder, VariableHide, VariableRefresh, VariableSort } from '@grafana/grafana-foundation-sdk/dashboard';
import { inGym, inRoom, isChosen } from './influxql.js';
import { DATA_SOURCE } from './query.js';

const variable = (name: string, label: string, text: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATA_SOURCE)
    .query(text)
    .definition(text)
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.AlphabeticalAsc);

const chosenFromAll = (name: string, label: string, text: string): QueryVariableBuilder =>
  variable(name, label, text)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'] });

const tagValues = (tag: string, where = ''): string => `SHOW TAG VALUES FROM "member_second" WITH KEY = "${tag}"${where}`;

export const gym = () => chosenFromAll('gym', 'Gym', tagValues('gym'));
export const room = () => chosenFromAll('room', 'Room', tagValues('room', ` WHERE ${inGym}`));
export const member = () => chosenFromAll('member', 'Member', tagValues('member', ` WHERE ${inRoom}`));

/** How many sessions can be chosen, the newest ones. */
const SESSIONS = 200;
const OPEN_END_MS = Date.UTC(2100, 0, 1);

/**
 * One session, or all of time: InfluxQL knows one stretch of time, so that two sessions would be all that lies between them, too.
 * The two hidden ones say when it began, and how long before 2100 it ends: for `inSession`.
 */
export const session = () => [
  variable('session', 'Session', `SELECT "name" FROM "session" WHERE ${inRoom} ORDER BY time DESC LIMIT ${SESSIONS}`)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' })
    .sort(VariableSort.Disabled),
  hidden('session_from', `SELECT min("startedAtMs") FROM "session" WHERE ${inRoom} AND ${inChosen}`),
  hidden('session_rest', `SELECT ${OPEN_END_MS} - max("untilMs") FROM "session" WHERE ${inRoom} AND ${inChosen}`),
];

const inChosen = isChosen('name', 'session');
const hidden = (name: string, text: string) => variable(name, name, text).hide(VariableHide.HideVariable).sort(VariableSort.Disabled);
