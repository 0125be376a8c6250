import { Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Clock, Id } from '@pulseboard/contract';
import type { Static } from 'typebox';
import type { Registry } from '../registry/registry.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import { schemaOf } from './open-api.js';
import { parseId, parseLimit, parseSpan } from './query.js';
import { MemberHeartRateAnswer, ProblemAnswer } from './schemas.js';
import { CLOCK, DEFAULT_GYM, REGISTRY, STORE } from './tokens.js';

@ApiTags('members')
@ApiBadRequestResponse({ schema: schemaOf(ProblemAnswer) })
@ApiNotFoundResponse({ schema: schemaOf(ProblemAnswer) })
@Controller('api/v1/members/:member')
export class MembersController {
  constructor(
    @Inject(STORE) private readonly store: TimeSeriesStore,
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DEFAULT_GYM) private readonly defaultGym: Id,
  ) {}

  @Get('heart-rate')
  @ApiOperation({
    summary: "A member's heart rate: the summary of a span, and its seconds",
    description: 'A guest is `guest-` and the id of the strap.',
  })
  @ApiQuery({ name: 'from', required: false, description: 'UTC ms or ISO 8601; default: all that is stored' })
  @ApiQuery({ name: 'to', required: false, description: 'UTC ms or ISO 8601, not included; default: now' })
  @ApiQuery({
    name: 'limit',
    required: false,
    description: 'seconds listed at most, 1 to 86400; default 3600. The summary is of the whole span',
  })
  @ApiQuery({ name: 'gym', required: false, description: "default: the member's, of a guest the gym of this processor" })
  @ApiOkResponse({ schema: schemaOf(MemberHeartRateAnswer) })
  async heartRate(
    @Param('member') id: string,
    @Query('from') from?: string,
    @Query('to') to?: string,
    @Query('limit') limit?: string,
    @Query('gym') gymId?: string,
  ): Promise<Static<typeof MemberHeartRateAnswer>> {
    const member = parseId('member', id);
    const span = parseSpan(from, to, this.clock());
    const most = parseLimit(limit);
    const gym = gymId !== undefined ? parseId('gym', gymId) : ((await this.registry.gymOf(member)) ?? this.defaultGym);
    const query = { gym, member, from: span.from, until: span.to };
    const [summary, rows] = await Promise.all([this.store.summary(query), this.store.memberSeconds({ ...query, limit: most + 1 })]);
    if (summary.seconds === 0 && !(await this.registry.gymOf(member)) && !(await this.store.hasMember(member)))
      throw new NotFoundException(`Nobody is known as "${member}".`);
    const next = rows[most]?.at;
    return { member, ...span, ...summary, perSecond: rows.slice(0, most), ...(next === undefined ? {} : { nextFrom: next }) };
  }
}
