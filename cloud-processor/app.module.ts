import { type DynamicModule, Module } from '@nestjs/common';
import type { Clock, Id } from '@pulseboard/contract';
import { HEALTH, HealthController, type HealthOf } from './api/health.controller.js';
import { MembersController } from './api/members.controller.js';
import { RoomsController } from './api/rooms.controller.js';
import { CLOCK, DEFAULT_GYM, REGISTRY, STORE } from './api/tokens.js';
import { Boards } from './board/boards.js';
import { Pipeline } from './ingest/pipeline.js';
import { ReadingsController } from './ingest/readings.controller.js';
import { People } from './registry/people.js';
import type { Registry } from './registry/registry.js';
import type { TimeSeriesStore } from './storage/time-series-store.js';

export interface AppParts {
  store: TimeSeriesStore;
  registry: Registry;
  people: People;
  boards: Boards;
  pipeline: Pipeline;
  clock: Clock;
  defaultGym: Id;
  health: HealthOf;
}

/** The doors: MQTT and REST. What is behind them is built before Nest begins, since a backlog arrives while it starts. */
@Module({ controllers: [ReadingsController, HealthController, RoomsController, MembersController] })
class AppModule {}

export const appModule = ({ store, registry, people, boards, pipeline, clock, defaultGym, health }: AppParts): DynamicModule => ({
  module: AppModule,
  providers: [
    { provide: STORE, useValue: store },
    { provide: REGISTRY, useValue: registry },
    { provide: CLOCK, useValue: clock },
    { provide: DEFAULT_GYM, useValue: defaultGym },
    { provide: HEALTH, useValue: health },
    { provide: People, useValue: people },
    { provide: Boards, useValue: boards },
    { provide: Pipeline, useValue: pipeline },
  ],
});
