import { type Alert, createParser, type Id, isId } from '@pulseboard/contract';
import Type, { type Static } from 'typebox';

const Texts = Type.Record(Type.String(), Type.String());

/**
 * What of a webhook of Grafana's alerting is read; it has much more.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
export const GrafanaWebhook = Type.Object(
  {
    alerts: Type.Array(
      Type.Object({
        status: Type.Union([Type.Literal('firing'), Type.Literal('resolved')]),
        labels: Texts,
        annotations: Type.Optional(Texts),
      }),
      { maxItems: 1000 },
    ),
  },
  { description: 'a notification of Grafana' },
);
export type GrafanaWebhook = Static<typeof GrafanaWebhook>;

const parser = createParser(GrafanaWebhook, 'webhook');
const MAX_MESSAGE = 500;
/** Of what concerns no room. */
const EVERYWHERE = 'everywhere';

/**
 * @param body the parsed JSON
 * @param now UTC ms
 * @param gym of an alert that names none
 * @throws what the parser throws: it is no such notification
 */
export function alertsIn(body: unknown, now: number, gym: Id): Alert[] {
  return parser.parse(body).alerts.map(({ status, labels, annotations = {} }) => {
    const isOver = status === 'resolved';
    const text = annotations.summary || labels.alertname || 'Something is wrong';
    return {
      gym: idOr(labels.gym, gym),
      room: idOr(labels.room, EVERYWHERE),
      at: now,
      kind: kindOf(labels.alertname ?? ''),
      severity: isOver ? 'info' : severityOf(labels.severity),
      ...(isId(labels.member ?? '') ? { member: labels.member! } : {}),
      ...(isId(labels.gateway ?? '') ? { gateway: labels.gateway! } : {}),
      message: `${isOver ? 'Over: ' : ''}${text}`.slice(0, MAX_MESSAGE),
    };
  });
}

const idOr = (text: string | undefined, otherwise: Id): Id => (text !== undefined && isId(text) ? text : otherwise);
const severityOf = (text: string | undefined): Alert['severity'] => (text === 'critical' || text === 'info' ? text : 'warning');

/** `Strap lost in class` is `strap-lost-in-class`. */
const kindOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'alert';
