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
  const whyNot = whyWithoutEffect(link, own !== undefined && ownOfTwin !== undefined, now);
  const hasEffect = whyNot === undefined;
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
    ...(whyNot === undefined ? {} : { whyNot }),
    ...(member === undefined ? {} : { member }),
    ...(agreement ? { agreement: agreementAnswer(agreement) } : {}),
  };
}

/** @returns a sentence for people; undefined when they count as one strap because of it */
export function whyWithoutEffect(link: Pick<StrapLink, 'state' | 'from'>, isEachAssigned: boolean, now: number): string | undefined {
  if (!isInForce(link)) return 'An operator said that they are two straps.';
  if (isEachAssigned) return 'Each of the two is assigned to somebody itself: that stands above a link.';
  return link.from > now ? 'It begins later.' : undefined;
}

const agreementAnswer = ({ at, compared, agreed, log10Chance }: NonNullable<ReturnType<StrapLinks['agreementOf']>>) => ({
  at,
  compared,
  agreed,
  log10Chance: Math.round(log10Chance * 10) / 10,
});
