import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Static } from 'typebox';
import { schemaOf } from './open-api.js';
import { HealthAnswer } from './schemas.js';

export const HEALTH = Symbol('health');
export type HealthOf = () => Static<typeof HealthAnswer>;

@ApiTags('health')
@Controller('api/v1/health')
export class HealthController {
  constructor(@Inject(HEALTH) private readonly health: HealthOf) {}

  @Get()
  @ApiOperation({ summary: 'Is the processor well?' })
  @ApiOkResponse({ schema: schemaOf(HealthAnswer) })
  get(): Static<typeof HealthAnswer> {
    return this.health();
  }
}
