import {
  HeatmapCalculationBucketConfigBuilder,
  HeatmapCalculationMode,
  HeatmapCalculationOptionsBuilder,
  StackingMode,
} from '@grafana/grafana-foundation-sdk/common';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { HeatmapColorMode, HeatmapColorOptionsBuilder, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { column, fixed } from '../../parts/columns.js';
import { place } from '../../parts/layout.js';
import { LIVE, newDashboard } from '../../parts/new-dashboard.js';
import { barsPanel, heatmapPanel, linesPanel, stackedPanel, statPanel, tablePanel, zoneColumns } from '../../parts/panels.js';
import { ordered, RANK, ranked } from '../../parts/ranked.js';
import { gym, room, session } from '../../parts/variables.js';
import { percentSteps, ZONE_COLOURS } from '../../parts/zone-colours.js';
import * as queries from './queries.js';

const figure = { decimals: 0, 'custom.width': 80 };

const group = statPanel('Group', queries.group)
  .decimals(0)
  .overrides([column('% of HRmax').coloured({ unit: 'percent' }, percentSteps())]);

const groupMean = linesPanel('Heart rate of the group', queries.groupMean)
  .unit('bpm')
  .decimals(0)
  .overrides([
    column('mean').is({ color: fixed(ZONE_COLOURS[4]) }),
    column('lowest').is({ color: fixed(ZONE_COLOURS[2]) }),
    column('highest').is({ color: fixed(ZONE_COLOURS[5]) }),
  ]);

const distribution = heatmapPanel('Share of HRmax, how many members', queries.distribution)
  .interval('5s')
  .calculate(true)
  .calculation(
    new HeatmapCalculationOptionsBuilder().yBuckets(
      new HeatmapCalculationBucketConfigBuilder().mode(HeatmapCalculationMode.Size).value('5'),
    ),
  )
  .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Oranges').steps(32))
  .yAxis(new YAxisConfigBuilder().unit('percent').decimals(0));

const ranking = tablePanel('Ranking of the session', queries.ranking)
  .transformations(ranked('points', ['member', 'points', 'kcal', 'minutes', 'steps']))
  .overrides([
    column(RANK).is({ 'custom.width': 50 }),
    column('points').bar({ decimals: 1, min: 0 }, [{ color: ZONE_COLOURS[2], value: null }]),
    column('kcal').is({ ...figure, noValue: '–' }),
    column('minutes').is(figure),
    column('steps').is({ ...figure, noValue: '–' }),
  ]);

/** A class as a whole, live or long over: choose the session, and a time range that holds it. */
export const classDashboard = (): DashboardBuilder =>
  place(
    newDashboard('class', 'Class', 'What a class did together: mean by second, distribution, zones, ranking.', LIVE).variables([
      gym(),
      room(),
      ...session(),
    ]),
    [
      { height: 4, panels: [[24, group]] },
      {
        height: 9,
        panels: [
          [14, groupMean],
          [10, linesPanel('Members', queries.members).decimals(0).min(0)],
        ],
      },
      {
        height: 9,
        panels: [
          [12, distribution],
          [12, stackedPanel('Zones', StackingMode.Percent, queries.zonesOverTime).overrides(zoneColumns())],
        ],
      },
      {
        height: 12,
        panels: [
          [12, ranking],
          [
            12,
            barsPanel('Minutes in each zone', 'member', queries.minutesInZone)
              .stacking(StackingMode.Normal)
              .transformations([ordered(['member'])])
              .unit('m')
              .decimals(0)
              .overrides(zoneColumns()),
          ],
        ],
      },
    ],
  );
