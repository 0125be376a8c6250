import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { column, TIME } from '../../parts/columns.js';
import { place } from '../../parts/layout.js';
import { newDashboard } from '../../parts/new-dashboard.js';
import { histogramPanel, linesPanel, statPanel, tablePanel } from '../../parts/panels.js';
import { ordered } from '../../parts/ranked.js';
import { gym, member, room, session } from '../../parts/variables.js';
import { percentSteps } from '../../parts/zone-colours.js';
import * as queries from './queries.js';

const whole = { decimals: 0 };

const byMember = tablePanel('By member', queries.byMember)
  .transformations([ordered(['member', 'mean', 'lowest', 'highest', '% of HRmax', 'seconds', 'readings'])])
  .decimals(0)
  .overrides([column('% of HRmax').bar({ ...whole, unit: 'percent', min: 0, max: 100 }, percentSteps())]);

const outliers = tablePanel('Outliers', queries.outliers)
  .transformations([ordered([TIME, 'member', 'room', 'bpm', '% of HRmax', 'hrMaxBpm', 'sensor', 'gateway'], [])])
  .overrides([column('hrMaxBpm').is({ displayName: 'HRmax' }), column('% of HRmax').is({ unit: 'percent', decimals: 1 })]);

/** Figures over many seconds, and those that stand out. */
export const statistics = (): DashboardBuilder =>
  place(
    newDashboard('statistics', 'Statistics', 'How many readings, how high, how spread, and what stands out.', {
      refresh: '10s',
      from: 'now-15m',
    }).variables([gym(), room(), ...session(), member()]),
    [
      {
        height: 4,
        panels: [
          [14, statPanel('Readings and heart rates', queries.overall).decimals(0)],
          [10, statPanel('Spread', queries.spread).decimals(0)],
        ],
      },
      {
        height: 9,
        panels: [
          [12, histogramPanel('Distribution of heart rates', queries.heartRates).interval('1s').bucketSize(5).unit('bpm')],
          [12, linesPanel('Readings', queries.readings).decimals(0).min(0)],
        ],
      },
      {
        height: 11,
        panels: [
          [12, byMember],
          [12, outliers],
        ],
      },
    ],
  );
