import type { Query, Rule } from '@grafana/grafana-foundation-sdk/alerting';
import { EVALUATED_EVERY_S, rules } from '../alerting/rules.js';
import { environment } from './environment.js';

const RECEIVER = 'Pulseboard webhook';
/** A folder of its own: Grafana makes it before those of the dashboards, and would give it another uid. */
const FOLDER = 'Alerts';

/** Rules in the shape of files, which is another than that of Grafana's API, for which the SDK makes them. */
export const alertRules = () => ({
  apiVersion: 1,
  groups: [
    {
      orgId: 1,
      name: 'Pulseboard',
      folder: FOLDER,
      interval: `${EVALUATED_EVERY_S}s`,
      rules: rules().map((builder) => ruleOfFile(builder.build())),
    },
  ],
});

const ruleOfFile = ({ uid, title, condition, data, for: holds, noDataState, execErrState, labels, annotations }: Rule) => ({
  uid,
  title,
  condition,
  data: data.map(queryOfFile),
  for: holds,
  noDataState,
  execErrState,
  labels,
  annotations,
});

const queryOfFile = ({ refId, datasourceUid, relativeTimeRange, model }: Query) => ({
  refId,
  datasourceUid,
  relativeTimeRange,
  model: { ...model, intervalMs: 1000, maxDataPoints: 43_200 },
});

/** One address that gets everything; `disableResolveMessage: false`: also that it is over. */
export const contactPoints = () => ({
  apiVersion: 1,
  contactPoints: [
    {
      orgId: 1,
      name: RECEIVER,
      receivers: [
        {
          uid: 'pulseboard-webhook',
          type: 'webhook',
          disableResolveMessage: false,
          settings: { url: environment('PULSEBOARD_ALERT_WEBHOOK_URL'), httpMethod: 'POST' },
        },
      ],
    },
  ],
});

/** A message for each rule and room, so that a room that loses its Wi-Fi is one message; a person in danger is told at once. */
export const notificationPolicies = () => ({
  apiVersion: 1,
  policies: [
    {
      orgId: 1,
      receiver: RECEIVER,
      group_by: ['alertname', 'gym', 'room'],
      group_wait: '10s',
      group_interval: '1m',
      repeat_interval: '4h',
      routes: [
        {
          receiver: RECEIVER,
          object_matchers: [['severity', '=', 'critical']],
          group_by: ['alertname', 'gym', 'room', 'member', 'gateway'],
          group_wait: '0s',
          group_interval: '30s',
          repeat_interval: '1h',
        },
      ],
    },
  ],
});
