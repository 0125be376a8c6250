import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Static } from 'typebox';
import { ledgerRow, ledgerTotals } from '../ingest/ledger.js';
import { Pipeline } from '../ingest/pipeline.js';
import { schemaOf } from './open-api.js';
import { parseId } from './query.js';
import { LedgerAnswer, ProblemAnswer } from './schemas.js';

@ApiTags('ledger')
@ApiBadRequestResponse({ schema: schemaOf(ProblemAnswer) })
@Controller('api/v1/ledger')
export class LedgerController {
  constructor(@Inject(Pipeline) private readonly pipeline: Pipeline) {}

  @Get()
  @ApiOperation({
    summary: 'Where every decoded reading is: stored, dead-lettered, dropped by its gateway, or still on its way',
    description: 'Of every spool that the processor ever heard of, in order of gym, gateway and spool.',
  })
  @ApiQuery({ name: 'gym', required: false, description: 'only its spools' })
  @ApiQuery({ name: 'gateway', required: false, description: 'only its spools' })
  @ApiOkResponse({ schema: schemaOf(LedgerAnswer) })
  get(@Query('gym') gym?: string, @Query('gateway') gateway?: string): Static<typeof LedgerAnswer> {
    const wanted = {
      gym: gym === undefined ? undefined : parseId('gym', gym),
      gateway: gateway === undefined ? undefined : parseId('gateway', gateway),
    };
    const { books, epoch } = this.pipeline;
    const spools = [...books.ledger()]
      .filter((entry) => (!wanted.gym || entry.gym === wanted.gym) && (!wanted.gateway || entry.gateway === wanted.gateway))
      .map(ledgerRow)
      .sort((a, b) => compare(a.gym, b.gym) || compare(a.gateway, b.gateway) || compare(a.spool, b.spool));
    return { epoch, thisEpoch: { ...books.counts, waiting: books.waiting }, spools, totals: ledgerTotals(spools) };
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
