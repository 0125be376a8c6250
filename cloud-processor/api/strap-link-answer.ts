import { guestMemberId, type Id } from '@pulseboard/contract';
import type { Static } from 'typebox';
import type { Roster } from '../aggregation/roster.js';
import type { StrapLinks } from '../ingest/strap-links.js';
import { isInForce, type StrapLink } from '../registry/registry.js';
import type { StrapLinkAnswer } from './fleet-schemas.js';

type Answer = Static<typeof StrapLinkAnswer>;

/** What is told of a link. @param now the processor's clock, UTC ms */
export function strapLinkAnswer(gym: Id, link: StrapLink, links: StrapLinks, roster: Roster, now: number): Answer {
  const { sensor, twin, from, foundAt, settled } = link;
  const [own, ownOfTwin] = [roster.assignedTo(sensor, now), roster.assignedTo(twin, now)];
  const hasEffect = isInForce(link) && from <= now && (own === undefined || ownOfTwin === undefined);
  const member = hasEffect ? (own ?? ownOfTwin ?? guestMemberId(twin)) : own === ownOfTwin ? own : undefined;
  const agreement = links.agreementOf(gym, link);
  return {
    sensor,
    twin,
    state: link.state as Answer['state'],
    from,
    ...(foundAt === undefined ? {} : { foundAt }),
    settled,
    hasEffect,
    ...(member === undefined ? {} : { member }),
    ...(agreement ? { agreement: agreementAnswer(agreement) } : {}),
  };
}

const agreementAnswer = ({ at, compared, agreed, log10Chance }: NonNullable<ReturnType<StrapLinks['agreementOf']>>) => ({
  at,
  compared,
  agreed,
  log10Chance: Math.round(log10Chance * 10) / 10,
});
