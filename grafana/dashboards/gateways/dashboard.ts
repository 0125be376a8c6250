import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { column, TIME, words } from '../../parts/columns.js';
import { place } from '../../parts/layout.js';
import { HEALTH, newDashboard } from '../../parts/new-dashboard.js';
import { linesPanel, tablePanel } from '../../parts/panels.js';
import { ordered } from '../../parts/ranked.js';
import { fromBad, fromFine, mustBeOne } from '../../parts/state-colours.js';
import { gym, room } from '../../parts/variables.js';
import * as queries from './queries.js';

/** What is written every 10 s is drawn no finer. */
const EVERY_10_S = '10s';
const whole = { decimals: 0 };

const state = tablePanel('State', queries.state)
  .transformations([
    ordered([
      'gateway',
      'online',
      'silentS',
      'clock',
      'straps',
      'waiting',
      'oldestWaitingS',
      'uptimeS',
      'temperatureC',
      'cpuPercent',
      'memoryMb',
      'version',
    ]),
  ])
  .overrides([
    column('online').filled({ ...whole, mappings: words('yes', 'no'), 'custom.width': 70 }, mustBeOne),
    column('silentS').is({ displayName: 'silent for', unit: 's' }),
    column('oldestWaitingS').is({ displayName: 'oldest waiting', unit: 's' }),
    column('uptimeS').is({ displayName: 'up for', unit: 's' }),
    column('temperatureC').is({ displayName: 'temperature', unit: 'celsius', noValue: '–' }),
    column('cpuPercent').is({ displayName: 'CPU', unit: 'percent', decimals: 0 }),
    column('memoryMb').is({ displayName: 'memory', unit: 'decmbytes' }),
  ]);

const ledger = tablePanel('Ledger', queries.ledger)
  .transformations([ordered(['gateway', 'decoded', 'committed', 'stored', 'deadLettered', 'dropped', 'open', 'abandoned', 'imbalance'])])
  .overrides([
    column('deadLettered').is({ displayName: 'dead letters' }),
    column('dropped').filled(whole, fromFine(1)),
    column('abandoned').filled(whole, fromFine(1)),
    column('imbalance').filled(whole, fromFine(1)),
  ]);

const straps = tablePanel('Straps', queries.strapStates)
  .transformations([ordered(['sensor', 'rssiDbm', 'batteryPercent', 'silentS'])])
  .overrides([
    column('rssiDbm').filled({ displayName: 'signal', unit: 'dBm', decimals: 0, noValue: '–' }, fromBad(-90)),
    column('batteryPercent').filled({ displayName: 'battery', unit: 'percent', decimals: 0, noValue: '–' }, fromBad(15)),
    column('silentS').is({ displayName: 'silent for', unit: 's' }),
  ]);

const alerts = tablePanel('Alerts', queries.alerts).transformations([
  ordered([TIME, 'severity', 'room', 'member', 'gateway', 'message'], []),
]);

/** What a technician looks at when a room shows nothing. */
export const gateways = (): DashboardBuilder =>
  place(
    newDashboard('gateways', 'Gateways', 'Ledger, spool, straps, radios and clock of each gateway.', HEALTH).variables([gym(), room()]),
    [
      { height: 6, panels: [[24, state]] },
      { height: 6, panels: [[24, ledger]] },
      { height: 6, panels: [[24, alerts]] },
      {
        height: 8,
        panels: [
          [8, linesPanel('Waiting readings', queries.waiting).interval(EVERY_10_S).decimals(0).min(0)],
          [8, linesPanel('Oldest waiting reading', queries.oldest).interval(EVERY_10_S).unit('s').min(0)],
          [8, linesPanel('Spool on disk', queries.spoolBytes).interval(EVERY_10_S).unit('decbytes').min(0)],
        ],
      },
      {
        height: 10,
        panels: [
          [8, straps],
          [8, linesPanel('Signal', queries.signal).interval(EVERY_10_S).unit('dBm').decimals(0)],
          [8, linesPanel('Straps heard', queries.straps).interval(EVERY_10_S).decimals(0).min(0)],
        ],
      },
      {
        height: 8,
        panels: [
          [8, linesPanel('Radio frames', queries.frames, queries.badFrames).interval(EVERY_10_S).unit('cps').min(0)],
          [8, linesPanel('Clock', queries.clockAhead).interval(EVERY_10_S).unit('ms')],
          [8, linesPanel('Temperature', queries.temperature).interval(EVERY_10_S).unit('celsius')],
        ],
      },
    ],
  );
