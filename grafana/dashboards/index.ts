import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { classDashboard } from './class/dashboard.js';
import { gateways } from './gateways/dashboard.js';
import { leaderboard } from './leaderboard/dashboard.js';
import { memberDashboard } from './member/dashboard.js';
import { pipeline } from './pipeline/dashboard.js';
import { statistics } from './statistics/dashboard.js';

export interface Folder {
  uid: string;
  title: string;
  /** By name of file. */
  dashboards: Readonly<Record<string, () => DashboardBuilder>>;
}

/** What the owner looks at, and what a technician looks at. */
export const folders: readonly Folder[] = [
  {
    uid: 'pulseboard-training',
    title: 'Training',
    dashboards: { leaderboard, member: memberDashboard, class: classDashboard, statistics },
  },
  { uid: 'pulseboard-operation', title: 'Operation', dashboards: { gateways, pipeline } },
];
