import { StackingMode } from '@grafana/grafana-foundation-sdk/common';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { column, fixed, words } from '../../parts/columns.js';
import { place } from '../../parts/layout.js';
import { HEALTH, newDashboard } from '../../parts/new-dashboard.js';
import { linesPanel, stackedPanel, statPanel } from '../../parts/panels.js';
import { fromFine, mustBeOne } from '../../parts/state-colours.js';
import * as queries from './queries.js';

/** What is written every 10 s is drawn no finer. */
const EVERY_10_S = '10s';

const isThere = { mappings: words('there', 'away') };
const state = statPanel('State', queries.state)
  .decimals(0)
  .overrides([
    column('store').coloured(isThere, mustBeOne),
    column('broker').coloured(isThere, mustBeOne),
    column('registry').coloured(isThere, mustBeOne),
    column('imbalance').coloured({}, fromFine(1)),
    column('memoryMb').is({ displayName: 'memory', unit: 'decmbytes' }),
  ]);

const rates = linesPanel('Readings', queries.rates).interval(EVERY_10_S).unit('cps').min(0);
const lateness = stackedPanel('Age of readings at arrival', StackingMode.Normal, queries.lateness)
  .interval(EVERY_10_S)
  .unit('cps')
  .min(0)
  .overrides([
    column('within 0.1 s').is({ color: fixed('green') }),
    column('within 1 s').is({ color: fixed('yellow') }),
    column('within 10 s').is({ color: fixed('orange') }),
    column('within 1 h').is({ color: fixed('red') }),
    column('later').is({ color: fixed('purple') }),
  ]);

/** What the processor does, and what it cannot do. */
export const pipeline = (): DashboardBuilder =>
  place(newDashboard('pipeline', 'Pipeline', 'Rates, lateness, write errors and dead letters of the processor.', HEALTH), [
    { height: 4, panels: [[24, state]] },
    {
      height: 9,
      panels: [
        [12, rates],
        [12, lateness],
      ],
    },
    {
      height: 8,
      panels: [
        [8, linesPanel('Lag of derivation', queries.derivedLag).interval(EVERY_10_S).unit('ms').min(0)],
        [8, linesPanel('Waiting for the store', queries.waiting).interval(EVERY_10_S).decimals(0).min(0)],
        [8, linesPanel('Memory', queries.memory).interval(EVERY_10_S).unit('decmbytes').min(0)],
      ],
    },
    {
      height: 8,
      panels: [
        [12, linesPanel('Faults', queries.faults).interval(EVERY_10_S).decimals(0).min(0)],
        [12, linesPanel('Dead letters', queries.deadLetters).interval(EVERY_10_S).decimals(0).min(0)],
      ],
    },
  ]);
