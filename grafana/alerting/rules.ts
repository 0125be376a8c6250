import * as alerting from '@grafana/grafana-foundation-sdk/alerting';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { TypeMathBuilder, TypeReduceBuilder } from '@grafana/grafana-foundation-sdk/expr';
import { DATA_SOURCE, type Query, Target } from '../parts/query.js';
import * as queries from './queries.js';

/** When readings, seconds and health have arrived, s. */
const ARRIVED_S = 5;
export const EVALUATED_EVERY_S = 10;

type Severity = 'critical' | 'warning';
type Reducer = ReturnType<TypeReduceBuilder['build']>['reducer'];

interface Figure {
  query: Query;
  /** Of the values in the time range. */
  reducer: Reducer;
}

interface RuleText {
  uid: string;
  title: string;
  severity: Severity;
  /** For people, with `{{ .Labels.member }}` and the like: a `$` would be taken for a variable of the environment. */
  summary: string;
  description: string;
}

interface Condition {
  /** By name: what `fires` is made of. */
  figures: Readonly<Record<string, Figure>>;
  /** Time range of the queries, s. */
  lastS: number;
  /** Math of Grafana over the figures: `$B < 1`. */
  fires: string;
  /** How long that must hold. */
  for: string;
  /** What it means when the queries find nothing. */
  nothing?: 'OK' | 'Alerting';
}

const EXPRESSION = { type: '__expr__', uid: '__expr__' } as const;

/** Each query is followed by its reduction to a number, which bears its name; the condition comes last. */
function rule({ uid, title, severity, summary, description }: RuleText, { figures, lastS, fires, for: holds, nothing = 'OK' }: Condition) {
  const data = Object.entries(figures).flatMap(([name, { query, reducer }]) => {
    const asked = `${name}_series`;
    return [
      step(asked, DATA_SOURCE.uid, new Target(asked, query), { from: lastS + ARRIVED_S, to: ARRIVED_S }),
      step(name, EXPRESSION.uid, new TypeReduceBuilder().refId(name).datasource(EXPRESSION).expression(asked).reducer(reducer)),
    ];
  });
  const condition = 'fires';
  return (
    new alerting.RuleBuilder(title)
      .uid(uid)
      .condition(condition)
      .queries([...data, step(condition, EXPRESSION.uid, new TypeMathBuilder().refId(condition).datasource(EXPRESSION).expression(fires))])
      .forDuration(holds)
      .noDataState(nothing)
      // When InfluxDB is away one rule tells of it, not all of them.
      .execErrState(nothing === 'Alerting' ? 'Alerting' : 'KeepLast')
      .labels({ severity })
      .annotations({ summary, description })
  );
}

const step = (refId: string, source: string, model: Builder<Dataquery>, range = { from: 0, to: 0 }): alerting.QueryBuilder =>
  new alerting.QueryBuilder(refId).datasourceUid(source).relativeTimeRange(range).model(model);

export const rules = (): alerting.RuleBuilder[] => [
  rule(
    {
      uid: 'pulseboard-above-limit',
      title: 'Heart rate above the limit',
      severity: 'critical',
      summary: '{{ .Labels.member }} is above the own HRmax',
      description:
        'Room {{ .Labels.room }} of {{ .Labels.gym }}: above 100 % of HRmax for 30 s. Look at the person; then at the strap, and at the HRmax that is written down.',
    },
    { figures: { percent: { query: queries.lowestPercent, reducer: 'min' } }, lastS: 10, fires: '$percent > 100', for: '20s' },
  ),
  rule(
    {
      uid: 'pulseboard-strap-lost',
      title: 'Strap lost in class',
      severity: 'warning',
      summary: 'The strap of {{ .Labels.member }} is not heard any more',
      description:
        'Room {{ .Labels.room }} of {{ .Labels.gym }}: no heartbeat for 10 s, while most others go on. The strap is dry or slipped, its battery is empty, or it left.',
    },
    {
      figures: {
        member: { query: queries.secondsOfMember, reducer: 'last' },
        room: { query: queries.membersOfRoom, reducer: 'last' },
        before: { query: queries.membersOfRoom, reducer: 'mean' },
      },
      lastS: 60,
      fires: '$member < 1 && $room > 0.5 * $before',
      for: '10s',
    },
  ),
  rule(
    {
      uid: 'pulseboard-gateway-offline',
      title: 'Gateway offline',
      severity: 'critical',
      summary: 'Gateway {{ .Labels.gateway }} is offline',
      description:
        'Room {{ .Labels.room }} of {{ .Labels.gym }} is not heard. Power, Wi-Fi, or the broker; what the gateway still hears it keeps, and sends later.',
    },
    { figures: { online: { query: queries.online, reducer: 'last' } }, lastS: 60, fires: '$online < 1', for: '30s' },
  ),
  rule(
    {
      uid: 'pulseboard-spool-growing',
      title: 'Spool growing',
      severity: 'warning',
      summary: 'Gateway {{ .Labels.gateway }} gets rid of fewer readings than it hears',
      description:
        'Room {{ .Labels.room }} of {{ .Labels.gym }}: over 300 more readings wait than 5 minutes ago. The store is away or too slow, or the network is.',
    },
    { figures: { growth: { query: queries.growth, reducer: 'last' } }, lastS: 300, fires: '$growth > 300', for: '2m' },
  ),
  rule(
    {
      uid: 'pulseboard-ledger-gateway',
      title: 'Ledger of a gateway out of balance',
      severity: 'critical',
      summary: 'Readings of gateway {{ .Labels.gateway }} do not add up',
      description:
        'Room {{ .Labels.room }} of {{ .Labels.gym }}: GET /api/v1/ledger says of which spool. A store that was restored from a backup lacks what was committed since.',
    },
    { figures: { imbalance: { query: queries.imbalanceOfGateway, reducer: 'last' } }, lastS: 60, fires: '$imbalance > 0', for: '30s' },
  ),
  rule(
    {
      uid: 'pulseboard-ledger-processor',
      title: 'Ledger of the processor out of balance',
      severity: 'critical',
      summary: 'What {{ .Labels.processor }} received does not add up',
      description: 'GET /api/v1/ledger says which counts differ. This is a fault of Pulseboard: please report it with that answer.',
    },
    { figures: { imbalance: { query: queries.imbalanceOfProcessor, reducer: 'last' } }, lastS: 60, fires: '$imbalance > 0', for: '30s' },
  ),
  rule(
    {
      uid: 'pulseboard-no-data',
      title: 'No data',
      severity: 'critical',
      summary: 'The processor writes nothing into InfluxDB',
      description:
        'No figures of its own for a minute, though it writes some every 10 s, whether somebody is in the gym or not. The processor or InfluxDB is away; gateways keep what they hear.',
    },
    {
      figures: { reports: { query: queries.reports, reducer: 'last' } },
      lastS: 60,
      fires: '$reports < 1',
      for: '30s',
      nothing: 'Alerting',
    },
  ),
];
