import { Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Board, Clock } from '@pulseboard/contract';
import type { Static } from 'typebox';
import { Boards } from '../board/boards.js';
import { People } from '../registry/people.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import { schemaOf } from './open-api.js';
import { parseId, parseLimit, parseRankBy, parseSpan } from './query.js';
import { BoardAnswer, ProblemAnswer, RoomHeartRateAnswer } from './schemas.js';
import { CLOCK, STORE } from './tokens.js';

@ApiTags('rooms')
@ApiBadRequestResponse({ schema: schemaOf(ProblemAnswer) })
@ApiNotFoundResponse({ schema: schemaOf(ProblemAnswer) })
@Controller('api/v1/rooms/:gym/:room')
export class RoomsController {
  constructor(
    @Inject(Boards) private readonly boards: Boards,
    @Inject(People) private readonly people: People,
    @Inject(STORE) private readonly store: TimeSeriesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('board')
  @ApiOperation({ summary: 'The ranked board of a room, now' })
  @ApiQuery({ name: 'rankBy', required: false, description: 'points (default), percentOfMax, bpm, calories or steps' })
  @ApiOkResponse({ schema: schemaOf(BoardAnswer) })
  board(@Param('gym') gym: string, @Param('room') room: string, @Query('rankBy') rankBy?: string): Board {
    const at = this.#known(gym, room);
    return this.boards.of(at.gym, at.room).board(parseRankBy(rankBy), this.clock());
  }

  @Get('heart-rate/by-second')
  @ApiOperation({ summary: 'Mean, lowest and highest heart rate of everybody in a room, second by second' })
  @ApiQuery({ name: 'from', required: false, description: 'UTC ms or ISO 8601; default: all that is stored' })
  @ApiQuery({ name: 'to', required: false, description: 'UTC ms or ISO 8601, not included; default: now' })
  @ApiQuery({ name: 'limit', required: false, description: 'seconds at most, 1 to 86400; default 3600' })
  @ApiOkResponse({ schema: schemaOf(RoomHeartRateAnswer) })
  async bySecond(
    @Param('gym') gym: string,
    @Param('room') room: string,
    @Query('from') from?: string,
    @Query('to') to?: string,
    @Query('limit') limit?: string,
  ): Promise<Static<typeof RoomHeartRateAnswer>> {
    const at = this.#known(gym, room);
    const span = parseSpan(from, to, this.clock());
    const most = parseLimit(limit);
    const rows = await this.store.roomSeconds({ ...at, from: span.from, until: span.to, limit: most + 1 });
    const perSecond = rows.slice(0, most);
    const next = rows[most]?.at;
    return { ...at, ...span, perSecond, ...(next === undefined ? {} : { nextFrom: next }) };
  }

  #known(gym: string, room: string): { gym: string; room: string } {
    const at = { gym: parseId('gym', gym), room: parseId('room', room) };
    if (!this.people.isPrepared(at.gym, at.room)) throw new NotFoundException(`There is no room "${room}" in gym "${gym}".`);
    return at;
  }
}
