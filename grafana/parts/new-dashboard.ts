import {
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkType,
  TimePickerBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Every dashboard has it, and links to all that have it. */
const TAG = 'pulseboard';

/** Refreshed each second, the last minutes: needs GF_DASHBOARDS_MIN_REFRESH_INTERVAL=1s, else Grafana makes 5 s of it. */
export const LIVE = { refresh: '1s', from: 'now-5m' } as const;
/** For what is written every 10 s. */
export const HEALTH = { refresh: '10s', from: 'now-1h' } as const;

/** Not by the SDK's builder, which puts it into a menu of newer versions of Grafana. */
const toTheOthers: DashboardLink = {
  title: 'Pulseboard',
  type: DashboardLinkType.Dashboards,
  icon: '',
  tooltip: 'The other dashboards',
  tags: [TAG],
  asDropdown: true,
  includeVars: true,
  keepTime: false,
  targetBlank: false,
};

/** @param name its address is `/d/pulseboard-name` */
export const newDashboard = (
  name: string,
  title: string,
  description: string,
  { refresh, from }: { refresh: string; from: string },
): DashboardBuilder =>
  new DashboardBuilder(title)
    .uid(`pulseboard-${name}`)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
    .refresh(refresh)
    .timepicker(new TimePickerBuilder().refreshIntervals(['1s', '5s', '10s', '30s', '1m', '5m']))
    .link({ build: () => toTheOthers });
