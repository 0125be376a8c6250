import { type DynamicModule, Module } from '@nestjs/common';
import type { Clock, Id } from '@pulseboard/contract';
import type { Logger } from 'pino';
import { type Alerted, AlertsController } from './api/alerts.controller.js';
import { DeadLettersController } from './api/dead-letters.controller.js';
import { FleetController } from './api/fleet.controller.js';
import { HEALTH, HealthController, type HealthOf } from './api/health.controller.js';
import { LedgerController } from './api/ledger.controller.js';
import { MembersController } from './api/members.controller.js';
import { METRICS, MetricsController } from './api/metrics.controller.js';
import { RoomsController } from './api/rooms.controller.js';
import { StrapLinksController } from './api/strap-links.controller.js';
import { ALERTED, CLOCK, DEFAULT_GYM, LOG, REGISTRY, STORE } from './api/tokens.js';
import { Boards } from './board/boards.js';
import { GatewayFleet } from './ingest/gateway-fleet.js';
import { GatewayHealthController } from './ingest/gateway-health.controller.js';
import { Pipeline } from './ingest/pipeline.js';
import { ReadingsController } from './ingest/readings.controller.js';
import { StrapLinks } from './ingest/strap-links.js';
import type { ProcessorMetrics } from './metrics/processor-metrics.js';
import { People } from './registry/people.js';
import type { Registry } from './registry/registry.js';
import type { TimeSeriesStore } from './storage/time-series-store.js';

export interface AppParts {
  store: TimeSeriesStore;
  registry: Registry;
  people: People;
  boards: Boards;
  pipeline: Pipeline;
  links: StrapLinks;
  fleet: GatewayFleet;
  clock: Clock;
  defaultGym: Id;
  health: HealthOf;
  metrics: ProcessorMetrics;
  alerted: Alerted;
  log: Logger;
}

/** The doors: MQTT and REST. What is behind them is built before Nest begins, since a backlog arrives while it starts. */
@Module({
  controllers: [
    ReadingsController,
    GatewayHealthController,
    HealthController,
    MetricsController,
    LedgerController,
    DeadLettersController,
    AlertsController,
    RoomsController,
    MembersController,
    FleetController,
    StrapLinksController,
  ],
})
class AppModule {}

export const appModule = ({
  store,
  registry,
  people,
  boards,
  pipeline,
  links,
  fleet,
  clock,
  defaultGym,
  health,
  metrics,
  alerted,
  log,
}: AppParts): DynamicModule => ({
  module: AppModule,
  providers: [
    { provide: STORE, useValue: store },
    { provide: REGISTRY, useValue: registry },
    { provide: CLOCK, useValue: clock },
    { provide: DEFAULT_GYM, useValue: defaultGym },
    { provide: HEALTH, useValue: health },
    { provide: METRICS, useValue: metrics },
    { provide: ALERTED, useValue: alerted },
    { provide: LOG, useValue: log },
    { provide: People, useValue: people },
    { provide: Boards, useValue: boards },
    { provide: Pipeline, useValue: pipeline },
    { provide: StrapLinks, useValue: links },
    { provide: GatewayFleet, useValue: fleet },
  ],
});
