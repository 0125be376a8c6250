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
import { NoWordOfOperatorError, StrapLinkedElsewhereError, StrapLinks } from '../ingest/strap-links.js';
import { People } from '../registry/people.js';
import { StrapLinkAnswer, StrapLinkBody } from './fleet-schemas.js';
import { schemaOf } from './open-api.js';
import { parseId } from './query.js';
import { ProblemAnswer } from './schemas.js';
import { strapLinkAnswer } from './strap-link-answer.js';
import { CLOCK } from './tokens.js';

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
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Put()
  @ApiOperation({
    summary: "An operator's word that a Bluetooth and an ANT+ sensor are one strap, or that they are two",
    description:
      'It stands above what their beats say, until it is taken back. Stored seconds follow: at once as far as the strap was heard without a pause.',
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

  #known(gymId: string, sensor: string, twin: string): { gym: Id; pair: StrapPair } {
    const gym = parseId('gym', gymId);
    const pair = { sensor: parseId('sensor', sensor), twin: parseId('twin', twin) };
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
