import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Clock } from '@pulseboard/contract';
import type { Static } from 'typebox';
import { type FleetGateway, GatewayFleet } from '../ingest/gateway-fleet.js';
import { StrapLinks } from '../ingest/strap-links.js';
import { People } from '../registry/people.js';
import { FleetAnswer } from './fleet-schemas.js';
import { schemaOf } from './open-api.js';
import { parseId } from './query.js';
import { ProblemAnswer } from './schemas.js';
import { strapLinkAnswer } from './strap-link-answer.js';
import { CLOCK } from './tokens.js';

@ApiTags('fleet')
@ApiBadRequestResponse({ schema: schemaOf(ProblemAnswer) })
@ApiNotFoundResponse({ schema: schemaOf(ProblemAnswer) })
@Controller('api/v1/gyms/:gym/fleet')
export class FleetController {
  constructor(
    @Inject(GatewayFleet) private readonly fleet: GatewayFleet,
    @Inject(StrapLinks) private readonly links: StrapLinks,
    @Inject(People) private readonly people: People,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The gateways of a gym, what they hear, and which sensors are one strap',
    description: 'Gateways are all that were ever heard, also by former processors; each reports its health every 10 s.',
  })
  @ApiOkResponse({ schema: schemaOf(FleetAnswer) })
  get(@Param('gym') id: string): Static<typeof FleetAnswer> {
    const gym = parseId('gym', id);
    const now = this.clock();
    const gateways = this.fleet.gateways(gym);
    if (!this.people.isGym(gym) && gateways.length === 0) throw new NotFoundException(`There is no gym "${gym}".`);
    const roster = this.people.rosterOf(gym);
    const links = this.links.of(gym).map((link) => strapLinkAnswer(gym, link, this.links, roster, now));
    return { gym, gateways: gateways.map(gatewayAnswer), links };
  }
}

const gatewayAnswer = ({ of, presence, offlineSince, reason, firstSeenAt, lastSeenAt, clone, health }: FleetGateway) => ({
  gateway: of.gateway,
  room: of.room,
  state: presence,
  ...(offlineSince === undefined ? {} : { offlineSince }),
  ...(reason === undefined ? {} : { reason }),
  ...(firstSeenAt === undefined ? {} : { firstSeenAt }),
  ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
  ...(clone ? { clone } : {}),
  ...(health ? { at: health.at, version: health.version, clock: health.clock } : {}),
  ...(health?.clockSource === undefined ? {} : { clockSource: health.clockSource }),
  ...(health?.clockSteps === undefined ? {} : { clockSteps: health.clockSteps }),
  ...(health?.clockFault === undefined ? {} : { clockFault: health.clockFault }),
  radios: health?.radios ?? [],
  straps: health?.straps ?? [],
});
