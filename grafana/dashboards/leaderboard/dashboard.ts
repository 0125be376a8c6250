import { StackingMode } from '@grafana/grafana-foundation-sdk/common';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { column } from '../../parts/columns.js';
import { place } from '../../parts/layout.js';
import { LIVE, newDashboard } from '../../parts/new-dashboard.js';
import { barsPanel, statPanel, tablePanel, zoneColumns } from '../../parts/panels.js';
import { ordered, RANK, ranked } from '../../parts/ranked.js';
import { gym, room } from '../../parts/variables.js';
import { percentSteps, ZONE_COLOURS, zoneSteps } from '../../parts/zone-colours.js';
import * as queries from './queries.js';

const NOW = '15s';
/** A session may have begun days ago, where the gym never closes. */
const SESSION = '7d';
const narrow = { 'custom.width': 50 };
const figure = { decimals: 0, 'custom.width': 80 };

const now = tablePanel('Now', queries.now)
  .timeFrom(NOW)
  .hideTimeOverride(true)
  .transformations(ranked('% of HRmax', ['member', 'zone', 'bpm', '% of HRmax']))
  .overrides([
    column(RANK).is(narrow),
    column('zone').filled({ decimals: 0, 'custom.width': 60 }, zoneSteps()),
    column('bpm').is(figure),
    column('% of HRmax').bar({ unit: 'percent', decimals: 0, min: 0, max: 100 }, percentSteps()),
  ]);

const groupNow = statPanel('Group now', queries.groupNow)
  .timeFrom(NOW)
  .hideTimeOverride(true)
  .decimals(0)
  .overrides([column('% of HRmax').coloured({ unit: 'percent' }, percentSteps())]);

const session = tablePanel('Session', queries.session)
  .timeFrom(SESSION)
  .hideTimeOverride(true)
  .transformations(ranked('points', ['member', 'points', 'kcal', 'minutes', 'steps']))
  .overrides([
    column(RANK).is(narrow),
    column('points').bar({ decimals: 1, min: 0 }, [{ color: ZONE_COLOURS[2], value: null }]),
    column('kcal').is({ ...figure, noValue: '–' }),
    column('minutes').is(figure),
    column('steps').is({ ...figure, noValue: '–' }),
  ]);

const minutesInZone = barsPanel('Minutes in each zone', 'member', queries.minutesInZone)
  .timeFrom(SESSION)
  .hideTimeOverride(true)
  .stacking(StackingMode.Normal)
  .transformations([ordered(['member'])])
  .unit('m')
  .decimals(0)
  .overrides(zoneColumns());

/** Refreshed each second: whoever is on the boards now, and the totals of their sessions. */
export const leaderboard = (): DashboardBuilder =>
  place(
    newDashboard(
      'leaderboard',
      'Leaderboard',
      'Who is in the room now and how hard they work, and what they have done in this session.',
      LIVE,
    ).variables([gym(), room()]),
    [
      {
        height: 4,
        panels: [
          [6, statPanel('Members', queries.present).timeFrom(NOW).hideTimeOverride(true)],
          [9, groupNow],
          [9, statPanel('Group in this session', queries.groupSession).timeFrom(SESSION).hideTimeOverride(true).decimals(0)],
        ],
      },
      {
        height: 16,
        panels: [
          [9, now],
          [9, session],
          [6, minutesInZone],
        ],
      },
    ],
  );
