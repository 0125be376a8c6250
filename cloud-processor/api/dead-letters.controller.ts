import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { cutText } from '@pulseboard/contract';
import type { Static } from 'typebox';
import { MAX_PAYLOAD } from '../ingest/intake.js';
import type { TimeSeriesStore } from '../storage/time-series-store.js';
import { schemaOf } from './open-api.js';
import { OF_DEAD_LETTERS, parseLimit, parsePlace, placeText } from './query.js';
import { DeadLettersAnswer, ProblemAnswer } from './schemas.js';
import { STORE } from './tokens.js';

@ApiTags('dead letters')
@ApiBadRequestResponse({ schema: schemaOf(ProblemAnswer) })
@Controller('api/v1/dead-letters')
export class DeadLettersController {
  constructor(@Inject(STORE) private readonly store: TimeSeriesStore) {}

  @Get()
  @ApiOperation({
    summary: 'Readings that were set aside, each with its reason',
    description: 'They count as committed. `npm run processor -- dead-letters replay` judges them again, while no processor runs.',
  })
  @ApiQuery({ name: 'limit', required: false, description: 'at most, 1 to 1000; default 100' })
  @ApiQuery({ name: 'after', required: false, description: '`nextAfter` of the page before; default: the newest ones' })
  @ApiOkResponse({ schema: schemaOf(DeadLettersAnswer) })
  async get(@Query('limit') limit?: string, @Query('after') after?: string): Promise<Static<typeof DeadLettersAnswer>> {
    const most = parseLimit(limit, OF_DEAD_LETTERS);
    const place = parsePlace(after);
    const letters = await this.store.deadLetters({ limit: most + 1, ...(place ? { after: place } : {}) });
    // A former release stored payloads of any size.
    const deadLetters = letters.slice(0, most).map((letter) => ({ ...letter, payload: cutText(letter.payload, MAX_PAYLOAD) }));
    return { deadLetters, ...(letters.length > most ? { nextAfter: placeText(deadLetters.at(-1)!) } : {}) };
  }
}
