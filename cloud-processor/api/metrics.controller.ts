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

  /** 503 while a problem keeps people's data from flowing, with what it is; else 200. */
  @Get('healthz')
  healthz(@Res() reply: Reply): void {
    const { problems } = this.health();
    const stops = problems.filter(({ stopsData }) => stopsData);
    // Other problems come after `ok`: the process does its work, and whoever watches it must not take it out of service.
    const [head, rest] = stops.length > 0 ? ['degraded', stops] : ['ok', problems];
    const text = rest.length > 0 ? `${head}: ${rest.map(({ sentence }) => sentence).join(' ')}` : head;
    reply
      .code(stops.length > 0 ? 503 : 200)
      .headers(PLAIN)
      .send(`${text}\n`);
  }
}
