import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Clock } from '@pulseboard/contract';
import type { Static } from 'typebox';
import { GatewayFleet, type HeardGateway } from '../ingest/gateway-fleet.js';
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
    description: 'Gateways are those that said something since the processor began; each says how it is every 10 s.',
  })
  @ApiOkResponse({ schema: schemaOf(FleetAnswer) })
  get(@Param('gym') id: string): Static<typeof FleetAnswer> {
    const gym = parseId('gym', id);
    const now = this.clock();
    const gateways = this.fleet.of(gym, now);
    if (!this.people.isGym(gym) && gateways.length === 0) throw new NotFoundException(`There is no gym "${gym}".`);
    const roster = this.people.rosterOf(gym);
    const links = this.links.of(gym).map((link) => strapLinkAnswer(gym, link, this.links, roster, now));
    return { gym, gateways: gateways.map(gatewayAnswer), links };
  }
}

const gatewayAnswer = ({ of: { gateway, room }, health: { at, version, clock, radios, straps } }: HeardGateway) => ({
  gateway,
  room,
  at,
  version,
  clock,
  radios,
  straps,
});
