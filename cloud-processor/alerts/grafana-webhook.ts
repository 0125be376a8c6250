import { type Alert, createParser, cutText, type Id, isId, MAX_SENTENCE, type RoomParams } from '@pulseboard/contract';
import Type, { type Static } from 'typebox';

/** Labels and annotations are templates of people: long ones are cut later, and these bounds keep the rest out. */
const Texts = Type.Record(Type.String({ pattern: '^[^\\u0000]{0,200}$' }), Type.String({ maxLength: 20_000 }), {
  additionalProperties: false,
  maxProperties: 100,
});

/**
 * What of a webhook of Grafana's alerting is read; it has much more.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
export const GrafanaWebhook = Type.Object(
  {
    alerts: Type.Array(
      Type.Object(
        {
          status: Type.Union([Type.Literal('firing'), Type.Literal('resolved')]),
          labels: Texts,
          annotations: Type.Optional(Texts),
        },
        { maxProperties: 100 },
      ),
      { maxItems: 1000 },
    ),
  },
  { maxProperties: 100, description: 'a notification of Grafana' },
);
export type GrafanaWebhook = Static<typeof GrafanaWebhook>;

const parser = createParser(GrafanaWebhook, 'webhook');
/** As long as an id. */
const MAX_KIND = 63;
/** Of what concerns no room. */
const EVERYWHERE = 'everywhere';

/** Gyms and rooms that there are. Labels may say anything, and each place is a topic and a series of its own. */
export interface KnownPlaces {
  /** Of an alert that names none that is known. */
  defaultGym: Id;
  isGym(gym: Id): boolean;
  isRoom(gym: Id, room: Id): boolean;
}

/**
 * @param body the parsed JSON
 * @param now UTC ms
 * @throws what the parser throws: it is no such notification
 */
export function alertsIn(body: unknown, now: number, places: KnownPlaces): Alert[] {
  return parser.parse(body).alerts.map(({ status, labels, annotations = {} }) => {
    const isOver = status === 'resolved';
    const text = annotations.summary || labels.alertname || 'Something is wrong';
    return {
      ...placeOf(labels, places),
      at: now,
      kind: kindOf(labels.alertname ?? ''),
      severity: isOver ? 'info' : severityOf(labels.severity),
      ...(isId(labels.member ?? '') ? { member: labels.member! } : {}),
      ...(isId(labels.gateway ?? '') ? { gateway: labels.gateway! } : {}),
      message: cutText(`${isOver ? 'Over: ' : ''}${text}`, MAX_SENTENCE),
    };
  });
}

/** A room of a gym that is not known is not taken for one of the default gym that has the same name. */
function placeOf({ gym, room }: Readonly<Record<string, string>>, { defaultGym, isGym, isRoom }: KnownPlaces): RoomParams {
  if (gym !== undefined && !isGym(gym)) return { gym: defaultGym, room: EVERYWHERE };
  const known = gym ?? defaultGym;
  return { gym: known, room: room !== undefined && isRoom(known, room) ? room : EVERYWHERE };
}
const severityOf = (text: string | undefined): Alert['severity'] => (text === 'critical' || text === 'info' ? text : 'warning');

/** `Strap lost in class` is `strap-lost-in-class`. */
const kindOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, MAX_KIND)
    .replace(/-$/, '') || 'alert';
