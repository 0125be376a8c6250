import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { ProcessorMetrics } from '../metrics/processor-metrics.js';
import { HEALTH, type HealthOf } from './health.controller.js';

export const METRICS = Symbol('ProcessorMetrics');

/** What is used of Fastify's reply. */
interface Reply {
  code(status: number): this;
  headers(headers: Record<string, string>): this;
  send(text: string): this;
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

/** For those who watch processes: Prometheus, and a health check. People and programs ask `/api/v1/health`. */
@ApiExcludeController()
@Controller()
export class MetricsController {
  constructor(
    @Inject(METRICS) private readonly metrics: Pick<ProcessorMetrics, 'contentType' | 'text'>,
    @Inject(HEALTH) private readonly health: HealthOf,
  ) {}

  @Get('metrics')
  async scrape(@Res() reply: Reply): Promise<void> {
    reply.headers({ ...PLAIN, 'content-type': this.metrics.contentType }).send(await this.metrics.text());
  }

  /** 200 when nothing is in its way, else 503 with what is. */
  @Get('healthz')
  healthz(@Res() reply: Reply): void {
    const { status, store, broker } = this.health();
    const away = [...(broker === 'away' ? ['the broker is away'] : []), ...(store === 'away' ? ['the store is away'] : [])];
    const text = status === 'ok' ? 'ok' : `degraded: ${away.join(', ') || 'the registry is away'}`;
    reply
      .code(status === 'ok' ? 200 : 503)
      .headers(PLAIN)
      .send(`${text}\n`);
  }
}
