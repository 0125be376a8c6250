import { GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode, StackingMode } from '@grafana/grafana-foundation-sdk/common';
import { type DashboardBuilder, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { column } from '../../parts/columns.js';
import { place } from '../../parts/layout.js';
import { LIVE, newDashboard } from '../../parts/new-dashboard.js';
import { barsPanel, linesPanel, statPanel, tablePanel, zoneColumns } from '../../parts/panels.js';
import { ordered } from '../../parts/ranked.js';
import { gym, member, room, session } from '../../parts/variables.js';
import { percentSteps, ZONE_COLOURS, zoneSteps } from '../../parts/zone-colours.js';
import * as queries from './queries.js';

const figure = { decimals: 0, 'custom.width': 80 };

const percent = linesPanel('Heart rate and zones', queries.percent)
  .unit('percent')
  .min(40)
  .max(105)
  .lineWidth(2)
  .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(percentSteps()))
  .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Area));

const sessions = tablePanel('Sessions', queries.sessions)
  .transformations([ordered(['name', 'member', 'points', 'kcal', 'minutes', 'steps'])])
  .overrides([
    column('name').is({ displayName: 'session' }),
    column('points').bar({ decimals: 1, min: 0 }, [{ color: ZONE_COLOURS[2], value: null }]),
    column('kcal').is({ ...figure, noValue: '–' }),
    column('minutes').is(figure),
    column('steps').is({ ...figure, noValue: '–' }),
  ]);

const now = statPanel('Now', queries.newest)
  .decimals(0)
  .overrides([column('% of HRmax').coloured({ unit: 'percent' }, percentSteps()), column('zone').coloured({}, zoneSteps())]);

/** One member, or some beside each other. */
export const memberDashboard = (): DashboardBuilder =>
  place(
    newDashboard(
      'member',
      'Member',
      'Heart rate, zones, variability, energy and points of a member, and how that compares with earlier sessions.',
      LIVE,
    ).variables([gym(), room(), ...session(), member()]),
    [
      {
        height: 4,
        panels: [
          [9, now],
          [15, statPanel('In the time range', queries.totals).decimals(0)],
        ],
      },
      {
        height: 10,
        panels: [
          [16, percent],
          [
            8,
            barsPanel('Minutes in each zone', 'member', queries.minutesInZone)
              .stacking(StackingMode.Normal)
              .transformations([ordered(['member'])])
              .unit('m')
              .decimals(0)
              .overrides(zoneColumns()),
          ],
        ],
      },
      {
        height: 8,
        panels: [
          [8, linesPanel('Heart rate', queries.bpm).unit('bpm').decimals(0)],
          [8, linesPanel('Points', queries.points).decimals(1).min(0)],
          [8, linesPanel('Energy', queries.kcal).unit('kcal').decimals(0).min(0)],
        ],
      },
      {
        height: 8,
        panels: [
          [12, linesPanel('RR interval', queries.rr).unit('ms').decimals(0)],
          [12, linesPanel('RMSSD', queries.rmssd).unit('ms').decimals(0).min(0).interval('1m')],
        ],
      },
      {
        height: 10,
        panels: [
          [12, sessions],
          [
            12,
            barsPanel('Minutes in each zone, by session', 'name', queries.zonesOfSessions)
              .stacking(StackingMode.Normal)
              .transformations([ordered(['name'])])
              .unit('m')
              .decimals(0)
              .overrides(zoneColumns()),
          ],
        ],
      },
    ],
  );
