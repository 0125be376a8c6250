import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Delete,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Put,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { type Clock, createParser, type Id, isAntHeartRate, isBle } from '@pulseboard/contract';
import type { Static } from 'typebox';
import type { StrapPair } from '../aggregation/strap-matcher.js';
import { GatewayFleet } from '../ingest/gateway-fleet.js';
import { NoWordOfOperatorError, StrapLinkedElsewhereError, StrapLinks } from '../ingest/strap-links.js';
import { People } from '../registry/people.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import { StrapLinkAnswer, StrapLinkBody } from './fleet-schemas.js';
import { schemaOf } from './open-api.js';
import { parseId } from './query.js';
import { ProblemAnswer } from './schemas.js';
import { strapLinkAnswer } from './strap-link-answer.js';
import { CLOCK, STORE } from './tokens.js';

const bodyParser = createParser(StrapLinkBody, 'body');

@ApiTags('fleet')
@ApiBadRequestResponse({ schema: schemaOf(ProblemAnswer) })
@ApiNotFoundResponse({ schema: schemaOf(ProblemAnswer) })
@ApiConflictResponse({ schema: schemaOf(ProblemAnswer) })
@Controller('api/v1/gyms/:gym/strap-links/:sensor/:twin')
export class StrapLinksController {
  constructor(
    @Inject(StrapLinks) private readonly links: StrapLinks,
    @Inject(People) private readonly people: People,
    @Inject(GatewayFleet) private readonly fleet: GatewayFleet,
    @Inject(STORE) private readonly store: TimeSeriesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Put()
  @ApiOperation({
    summary: "An operator's word that a Bluetooth and an ANT+ sensor are one strap, or that they are two",
    description:
      'It stands above what their beats say, until it is taken back. Both must have been heard, or be assigned to somebody. Stored seconds follow: at once as far as the strap was heard without a pause.',
  })
  @ApiBody({ schema: schemaOf(StrapLinkBody) })
  @ApiOkResponse({ schema: schemaOf(StrapLinkAnswer) })
  async put(
    @Param('gym') gymId: string,
    @Param('sensor') sensor: string,
    @Param('twin') twin: string,
    @Body() body: unknown,
  ): Promise<Static<typeof StrapLinkAnswer>> {
    const { gym, pair } = this.#known(gymId, sensor, twin);
    if (!bodyParser.check(body)) throw new BadRequestException('The body must be {"same": true} or {"same": false}, as JSON.');
    await this.#demandHeard(gym, pair);
    const link = await this.links.say(gym, pair, body.same).catch(asProblem);
    return strapLinkAnswer(gym, link, this.links, this.people.rosterOf(gym), this.clock());
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: "Takes an operator's word back",
    description: 'What their beats said before counts again; if they said nothing, the link is found when they agree.',
  })
  @ApiNoContentResponse()
  async delete(@Param('gym') gymId: string, @Param('sensor') sensor: string, @Param('twin') twin: string): Promise<void> {
    const { gym, pair } = this.#known(gymId, sensor, twin);
    await this.links.unsay(gym, pair).catch(asProblem);
  }

  /** A mistyped id would be a link that never does anything. */
  async #demandHeard(gym: Id, { sensor, twin }: StrapPair): Promise<void> {
    const roster = this.people.rosterOf(gym);
    const heard = new Set(this.fleet.of(gym).flatMap(({ health }) => health.straps.map((strap) => strap.sensor)));
    for (const link of this.links.of(gym)) heard.add(link.sensor).add(link.twin);
    const isKnown = (id: Id) => heard.has(id) || roster.assignedTo(id, this.clock()) !== undefined;
    if (isKnown(sensor) && isKnown(twin)) return;
    for (const stored of await this.store.sensorsSince(0)) if (stored.gym === gym) heard.add(stored.sensor);
    const stranger = [sensor, twin].find((id) => !isKnown(id));
    if (stranger !== undefined)
      throw new NotFoundException(
        `Nobody in the gym "${gym}" has heard "${stranger}", and it is assigned to nobody: look at its id in api/v1/gyms/${gym}/fleet, or link it once it was worn.`,
      );
  }

  #known(gymId: string, sensor: string, twin: string): { gym: Id; pair: StrapPair } {
    const gym = parseId('gym', gymId);
    const pair = { sensor: parseId('sensor', sensor), twin: parseId('twin', twin) };
    if (isAntHeartRate(sensor) && isBle(twin))
      throw new BadRequestException(
        `They are the wrong way round: the Bluetooth sensor stands first, as in strap-links/${twin}/${sensor}.`,
      );
    if (!isBle(sensor)) throw new BadRequestException(`sensor "${sensor}" is no Bluetooth sensor: their ids begin with ble-.`);
    if (!isAntHeartRate(twin)) throw new BadRequestException(`twin "${twin}" is no ANT+ strap: their ids begin with ant-hr-.`);
    if (!this.people.isGym(gym)) throw new NotFoundException(`There is no gym "${gym}".`);
    return { gym, pair };
  }
}

function asProblem(error: unknown): never {
  if (error instanceof StrapLinkedElsewhereError) throw new ConflictException(error.message);
  if (error instanceof NoWordOfOperatorError) throw new NotFoundException(error.message);
  throw error;
}
