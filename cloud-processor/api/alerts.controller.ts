import { BadRequestException, Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBadRequestResponse, ApiBody, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Alert, Clock, Id } from '@pulseboard/contract';
import { alertsIn, GrafanaWebhook } from '../alerts/grafana-webhook.js';
import { People } from '../registry/people.js';
import { schemaOf } from './open-api.js';
import { ProblemAnswer } from './schemas.js';
import { ALERTED, CLOCK, DEFAULT_GYM } from './tokens.js';

/** Where alerts go on to. */
export type Alerted = (alerts: readonly Alert[]) => void;

@ApiTags('alerts')
@Controller('api/v1/alerts')
export class AlertsController {
  constructor(
    @Inject(ALERTED) private readonly alerted: Alerted,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DEFAULT_GYM) private readonly gym: Id,
    @Inject(People) private readonly people: People,
  ) {}

  @Post()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Takes notifications of Grafana',
    description:
      'Each alert goes on to the topic `{gym}/{room}/alerts`, and into InfluxDB where that is the store. Of no room that is known: `everywhere`.',
  })
  @ApiBody({ schema: schemaOf(GrafanaWebhook) })
  @ApiNoContentResponse({ description: 'they are told' })
  @ApiBadRequestResponse({ schema: schemaOf(ProblemAnswer) })
  post(@Body() body: unknown): void {
    this.alerted(this.#alertsIn(body));
  }

  #alertsIn(body: unknown): Alert[] {
    try {
      const { isGym, isPrepared: isRoom } = this.people;
      return alertsIn(body, this.clock(), { defaultGym: this.gym, isGym, isRoom });
    } catch (error) {
      throw new BadRequestException(`This is no notification of Grafana: ${(error as Error).message}`);
    }
  }
}
