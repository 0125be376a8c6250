import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type Alert,
  type Clock,
  clientIdOf,
  cutText,
  type DemoPerson,
  type Id,
  isClockSet,
  ListenError,
  MAX_SENTENCE,
  urlHost,
} from '@pulseboard/contract';
import type { Logger } from 'pino';
import { KnownParametersGuard } from './api/known-parameters.guard.js';
import { serveOpenApi } from './api/open-api.js';
import { ProblemFilter } from './api/problem.filter.js';
import { appModule } from './app.module.js';
import { Boards } from './board/boards.js';
import { ClockWatch } from './health/clock-watch.js';
import { FlowWatch } from './health/flow-watch.js';
import { RegistryWatch } from './health/registry-watch.js';
import { CloneAlarm } from './ingest/clone-alarm.js';
import { Derivation } from './ingest/derivation.js';
import { FleetKeeper } from './ingest/fleet-keeper.js';
import { GatewayFleet } from './ingest/gateway-fleet.js';
import { ledgerRow } from './ingest/ledger.js';
import { LimitedLog } from './ingest/limited-log.js';
import { MqttTransport } from './ingest/mqtt-transport.js';
import { Pipeline } from './ingest/pipeline.js';
import { SpoolBooks } from './ingest/spool-books.js';
import { StrapLinks } from './ingest/strap-links.js';
import { LiveServer } from './live/live-server.js';
import { atMostEach, liveState } from './live/live-state.js';
import { createProcessorMetrics } from './metrics/processor-metrics.js';
import { nestLog } from './nest-log.js';
import { processorHealth } from './processor-health.js';
import { CommittedPublisher } from './publish/committed-publisher.js';
import { createMqttPublisher } from './publish/mqtt-publisher.js';
import { RoomPublisher } from './publish/room-publisher.js';
import { demoMembers } from './registry/demo-members.js';
import { People } from './registry/people.js';
import { sessionSaver } from './registry/session-saver.js';
import { restoreBoards } from './restore-boards.js';
import type { InfluxLogin } from './storage/influx/influx-connection.js';
import { demandRetention, type Retention, startPruning } from './storage/retention.js';
import { type StoreState, StoreUnsafeError, type TimeSeriesStore } from './storage/time-series-store.js';
import { openStores } from './stores.js';
import { SessionTotals } from './telemetry/session-totals.js';
import { Telemetry } from './telemetry/telemetry.js';
import { serveWebPages } from './web-pages.js';

export interface ProcessorOptions {
  brokerUrl: string;
  host: string;
  /** 0 picks a free one. */
  httpPort: number;
  /** The caller has taken its lock: no other process opens what is in it. */
  dataDir: string;
  /** Absent: readings and member-seconds are in the data folder. */
  influx?: InfluxLogin | undefined;
  /** Of PostgreSQL, with user and password; absent: the registry is in the data folder. */
  databaseUrl?: string | undefined;
  retention: Retention;
  /** How long gateways keep what they could not send: less than the store keeps readings. */
  spoolMs: number;
  /** Room of the bare page, made known at start. */
  gym: Id;
  room: Id;
  clock: Clock;
  /** It is a replay's: gateways must not take their time from it. */
  isClockVirtual?: boolean;
  /** The boot of this machine, hashed: gateways of the same boot learn nothing from this clock. */
  machineBoot?: string | undefined;
  /** Why this machine's clock may be wrong, as of now: then it calls no reading too old or ahead. */
  clockDoubt?: () => string | undefined;
  version: string;
  log: Logger;
  /** Told what a person should know: a sentence. */
  tell?: (sentence: string) => void;
  /** Folder of the built wall page. */
  webRoot?: string;
  /** Simulated class to be written down as members. */
  demo?: readonly DemoPerson[];
  /** Of a replay: virtual ms for each real one. It needs a longer memory behind the watermark, and more patience. */
  speed?: number;
}

export interface Processor {
  readonly url: string;
  /** Resolves when the readings topic is subscribed; a broker that is away is tried for ever. */
  readonly subscribed: Promise<void>;
  /** Every room that is known, by gym and room. */
  rooms(): { gym: Id; room: Id }[];
  /** Copies the stores that are in the data folder into another one, while everything goes on. */
  copyStores(folder: string): Promise<void>;
  /** A person says that InfluxDB was restarted twice since its disk was full. @throws NothingToConfirmError with a sentence */
  confirmInfluxRestarts(): Promise<void>;
  /** Whether it has taken readings that a gateway may have forgotten since. */
  hasReadings(): boolean;
  close(): Promise<void>;
}

/** Commits are repeated this often: nothing correct may hang on a retained message. */
const REPEAT_MS = 3000;
/** What a reading takes from the radio to the board, at most: in a replay this many real ms are many more of its clock. */
const ON_THE_WAY_MS = 250;
/** A replay that is this near to the wall's clock goes on with it. */
const CAUGHT_UP_MS = 1000;
/** Totals change once a second: they go with the next reading's push. */
const TOTALS_MAY_WAIT_MS = 100;
const DEMO_FROM = 0;
const TELEMETRY_MS = 10_000;
const ROOM_PUBLISH_MS = 1000;
const FLEET_LOOK_MS = 1000;

/**
 * Store, derive, rank, publish, answer: everything behind the broker.
 * @throws RetentionTooShortError, StoreOpenError, ListenError, each with a sentence for people
 */
export async function createProcessor(options: ProcessorOptions): Promise<Processor> {
  const { brokerUrl, host, httpPort, dataDir, retention, spoolMs, gym, room, clock, version, log, speed = 1 } = options;
  const clockDoubt = () => {
    if (options.isClockVirtual) return undefined;
    return options.clockDoubt?.() ?? (isClockSet(clock()) ? undefined : "The processor's clock is not set: set it, or let NTP do it.");
  };
  demandRetention(retention, spoolMs);
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const closeAll = async () => {
    const faults: unknown[] = [];
    for (const close of closers.splice(0).reverse())
      try {
        await close();
      } catch (error) {
        faults.push(error);
      }
    if (faults.length) throw faults[0];
  };
  try {
    await assertPortFree(host, httpPort);
    const {
      store,
      registry,
      figures,
      copyTo: copyStores,
      confirmInfluxRestarts,
      close: closeStores,
    } = await openStores({ dataDir, influx: options.influx, databaseUrl: options.databaseUrl, clock, log });
    closers.push(closeStores);

    const people = new People(registry);
    await people.loadAll();
    await people.prepare(gym, room);
    if (options.demo) {
      const members = demoMembers(options.demo);
      await registry.addMembers(gym, members, DEMO_FROM);
      // The class of another seed or room is the same people with other straps.
      await registry.addStraps(
        gym,
        members.flatMap(({ member, sensors }) => sensors.map((sensor) => ({ member, sensor }))),
        DEMO_FROM,
      );
      await people.reload(gym);
    }
    const { rosterOf } = people;
    const { state, storeFault } = await beginStore(store, log);
    const boards = new Boards(rosterOf, () => (clock() < Date.now() - CAUGHT_UP_MS ? ON_THE_WAY_MS * Math.max(0, speed - 1) : 0));
    const books = new SpoolBooks(state.spools, clock());
    const faults = new LimitedLog(log, () => performance.now());
    const derivation = new Derivation({
      store,
      rosterOf,
      clock,
      watermarkAt: state.watermarkAt,
      keepMs: 60_000 + 5000 * speed,
      onSetBack: (wrongAt) =>
        log.warn(
          { derivedUntil: new Date(wrongAt).toISOString(), clock: new Date(clock()).toISOString() },
          'the clock is behind what is derived: it was ahead before, or is behind now; derivation continues from it, and what is derived stays',
        ),
      onSetAside: (rows, reason) =>
        faults.warn('unstorable', { rows, reason }, 'rows that the store cannot hold were set aside; everything else is stored'),
    });
    await derivation.resume();
    await restoreBoards({ boards, registry, store, watermarkAt: derivation.watermarkAt, now: clock() });

    const sessionTotals = new SessionTotals({ boards, registry, store, log });
    const links = await StrapLinks.open({
      registry,
      useRoster: (gym, data) => {
        people.use(gym, data);
        for (const gone of boards.regroup(gym)) leave(gone);
      },
      clock,
      readingsMs: retention.readingsMs,
      log,
    });
    closers.push(() => links.idle());

    const fleet = new GatewayFleet({ clock });
    fleet.know(state.spools);
    fleet.remember(await registry.gateways());
    const flow = new FlowWatch();
    const clocks = new ClockWatch();
    const registryWatch = new RegistryWatch(registry, log);

    const saveSessions = sessionSaver(boards, (session) => registry.saveSession(session), log);

    let live: LiveServer | undefined;
    let publishedAt = Number.NEGATIVE_INFINITY;
    const metrics = createProcessorMetrics({
      health: () => health(),
      batches: () => pipeline.batches,
      arrivals: () => pipeline.arrivals.histogram,
      ledger: () => [...books.ledger()].map(ledgerRow),
      clockFaults: () => boards.all(),
      live: () => live?.counts ?? { pushes: 0, clients: 0 },
    });
    /** They are on no board: whoever listens is told. */
    const leave = (gone: { gym: Id; room: Id; member: Id }) => {
      rooms.left(gone.gym, gone.member);
      live?.changed(boards.of(gone.gym, gone.room), TOTALS_MAY_WAIT_MS);
    };
    const pipeline = new Pipeline({
      store,
      books,
      epoch: state.epoch,
      storeId: state.id,
      storeFault,
      derivation,
      boards,
      readingsMs: retention.readingsMs,
      prepareRoom: people.prepare,
      isPrepared: people.isPrepared,
      clock,
      log,
      onPicture: (board) => live?.changed(board),
      onFlushTook: metrics.flushTook,
      onHeard: (reading, now) => links.note(reading, now),
      onBatch: (from, word) => fleet.hearBatch(from, word),
      onClock: (sighting) => clocks.note(sighting),
      clockDoubt,
      onFate: (from, fate) => flow.note(from, fate, performance.now(), clock()),
      regroupings: links,
      onFlushed: ({ before, after, spools }) => {
        rooms.derived(after);
        if (telemetry) {
          sessionTotals.changed(before);
          sessionTotals.changed(after);
        }
        for (const board of boards.all()) live?.changed(board, TOTALS_MAY_WAIT_MS);
        committed.tell(spools);
      },
      onEpoch: () => tellGateways(),
      onTick: (now) => {
        for (const gone of boards.tick(now)) leave(gone);
        saveSessions();
        // Flushes fall on the closing of a second: publish with the first one after it.
        const second = Math.floor(Date.now() / ROOM_PUBLISH_MS);
        if (second === publishedAt) return;
        publishedAt = second;
        rooms.publish(now);
      },
    });
    const clientId = clientIdOf('processor', [gym], await registry.clientIdPart(gym, randomBytes(4).toString('hex')));
    const publisher = createMqttPublisher({
      brokerUrl,
      processor: `processor-${gym}`,
      version,
      epoch: () => pipeline.epoch,
      clientId,
      clockState: () => (options.isClockVirtual ? 'virtual' : clockDoubt() === undefined ? 'synced' : 'unsynced'),
      machineBoot: options.machineBoot,
      log,
      tell: (sentence, isFault) => {
        options.tell?.(sentence);
        log[isFault ? 'warn' : 'info'](sentence);
      },
      onConnect: () => {
        rooms.forget();
        tellGateways();
      },
    });
    const transport = new MqttTransport(publisher.client, () => tellGateways());
    closers.push(() => publisher.close());
    const rooms = new RoomPublisher(boards, rosterOf, publisher, people.isPrepared);
    closers.push(() => rooms.clearAll());
    const committed = new CommittedPublisher({
      books,
      publisher,
      epoch: () => pipeline.epoch,
      storeId: () => pipeline.storeId,
      isStoreAway: () => pipeline.isStoreAway,
    });
    const tellGateways = () => {
      // Gateways that hear it send again what nobody heard: first somebody must.
      if (transport.isSubscribed) publisher.alive(clock());
      committed.tellAll();
    };

    const health = processorHealth({
      version,
      pipeline,
      derivation,
      boards,
      connection: () => ({
        isConnected: publisher.connected,
        isSubscribed: transport.isSubscribed,
        recentLosses: transport.recentLosses,
        clientIdFault: publisher.clientIdFault,
      }),
      registry: registryWatch,
      fleet,
      flow,
      clocks,
      clockDoubt,
      clock,
    });
    const telemetry =
      figures &&
      new Telemetry({
        store: figures,
        processor: `processor-${gym}`,
        pipeline,
        fleet,
        sessions: sessionTotals,
        registry,
        deadLetters: store,
        health,
        clock,
        log,
      });
    const alerted = (given: readonly Alert[]) => {
      const alerts = given.map((alert) => ({ ...alert, message: cutText(alert.message, MAX_SENTENCE) }));
      for (const alert of alerts) publisher.alert(alert);
      void telemetry?.alert(alerts);
    };

    const app = await NestFactory.create<NestFastifyApplication>(
      appModule({ store, registry, people, boards, pipeline, links, fleet, clock, defaultGym: gym, health, metrics, alerted, log }),
      new FastifyAdapter(),
      {
        logger: nestLog(log),
        abortOnError: false,
      },
    );
    app.useGlobalFilters(new ProblemFilter(log));
    app.useGlobalGuards(new KnownParametersGuard());
    serveOpenApi(app, version);
    serveWebPages(app, options.webRoot);
    app.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
    closers.push(() => app.close());
    await app.listen(httpPort, host).catch((error: NodeJS.ErrnoException) => {
      throw new ListenError(error, host, httpPort, 'PULSEBOARD_HTTP_PORT');
    });
    const server = app.getHttpServer() as Server;
    const problems = atMostEach(
      1000,
      () => performance.now(),
      () => health().problems,
    );
    live = new LiveServer(
      {
        boards,
        clock,
        defaultRoom: { gym, room },
        rooms: () => people.rooms(),
        isKnown: people.isPrepared,
        roomName: people.roomName,
        stateOf: (gym, room) =>
          liveState(
            {
              isHearing: () => transport.isSubscribed && publisher.connected,
              isStoreAway: () => pipeline.isStoreAway,
              isRegistryAway: () => pipeline.isRegistryAway || registryWatch.isAway,
              fleet,
              problems,
            },
            { gym, room },
          ),
        resultsOf: (board, now) => board.results(now),
        log,
      },
      server,
    );
    closers.push(() => live?.close());
    pipeline.start();
    closers.push(registryWatch.start());
    const keeper = new FleetKeeper({
      fleet,
      registry,
      prepareRoom: people.prepare,
      isPrepared: people.isPrepared,
      roomCount: () => people.rooms().length,
      log,
    });
    closers.push(keeper.start());
    const cloneAlarm = new CloneAlarm();
    const fleetLook = setInterval(() => {
      const alerts = cloneAlarm.look(fleet.everywhere(), clock());
      for (const { gym, room, gateway, severity, message } of alerts)
        log[severity === 'info' ? 'info' : 'error']({ gym, room, gateway }, message);
      if (alerts.length > 0) alerted(alerts);
    }, FLEET_LOOK_MS);
    closers.push(() => clearInterval(fleetLook));
    closers.push(startPruning(telemetry ? pruningBoth(store, telemetry) : store, retention, clock, log, clockDoubt));
    if (telemetry) {
      void sessionTotals.resumeAll(clock());
      closers.push(telemetry.start(TELEMETRY_MS));
    }
    const repeat = setInterval(tellGateways, REPEAT_MS);
    closers.push(async () => {
      clearInterval(repeat);
      await transport.fallSilent();
      await pipeline.stop();
    });
    const subscribed = app.startAllMicroservices().then(() => {});
    subscribed.catch((error: Error) => log.error({ err: error.message }, 'the readings topic cannot be subscribed'));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : httpPort;
    return {
      url: `http://${urlHost(host)}:${port}`,
      subscribed,
      rooms: () => people.rooms(),
      copyStores,
      confirmInfluxRestarts,
      hasReadings: () => pipeline.counts.received > 0,
      close: closeAll,
    };
  } catch (error) {
    await closeAll().catch(() => {});
    throw error;
  }
}

/** A store that would lose what is written is no reason to leave the board dark: it is read, and the gateways keep what comes. */
async function beginStore(store: TimeSeriesStore, log: Logger): Promise<{ state: StoreState; storeFault?: string }> {
  try {
    return { state: await store.begin() };
  } catch (error) {
    if (!(error instanceof StoreUnsafeError) || !store.beginReading) throw error;
    log.error({ err: error.message }, 'the store is only read, nothing is written');
    return { state: await store.beginReading(), storeFault: error.message };
  }
}

const pruningBoth = (store: TimeSeriesStore, telemetry: Telemetry): Parameters<typeof startPruning>[0] => ({
  newestReadingAt: () => store.newestReadingAt(),
  async prune(limits) {
    const counts = await store.prune(limits);
    await telemetry.prune(limits);
    return counts;
  },
});

/** Tells of a port in use before stores are opened, which takes seconds. @throws ListenError */
async function assertPortFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(new ListenError(error, host, port, 'PULSEBOARD_HTTP_PORT')));
    probe.listen(port, host, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}
