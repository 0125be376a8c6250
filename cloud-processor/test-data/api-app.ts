import 'reflect-metadata';
import { Module, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { KnownParametersGuard } from '../api/known-parameters.guard.js';
import { ProblemFilter } from '../api/problem.filter.js';

@Module({})
class TestModule {}

/** Controllers as the processor serves them, without a port: ask them by `inject`. */
export async function apiApp(controllers: Type[], providers: Provider[]): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>({ module: TestModule, controllers, providers }, new FastifyAdapter(), {
    logger: false,
  });
  app.useGlobalFilters(new ProblemFilter(pino({ level: 'silent' })));
  app.useGlobalGuards(new KnownParametersGuard());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
