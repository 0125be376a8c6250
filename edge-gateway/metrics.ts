import { type GatewayHealth, type GatewayParams, MIN_UTC_MS, type RadioHealth, type SpoolLedger } from '@pulseboard/contract';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What Prometheus reads. */
export interface GatewayMetrics {
  readonly contentType: string;
  text(): Promise<string>;
}

type Sample = readonly [labels: Record<string, string>, value: number];

const RADIO_STATES: readonly RadioHealth['state'][] = ['searching', 'receiving', 'silent', 'absent'];
const CLOCK_STATES: readonly GatewayHealth['clock'][] = ['synced', 'unsynced', 'virtual'];

/** The gateway's health in Prometheus' text format, as it is when it is asked for. Straps are counted, none is named: their number has no bound. */
export function createGatewayMetrics({ gym, room, gateway }: GatewayParams, healthOf: () => GatewayHealth): GatewayMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ gym, room, gateway });
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Once for all of them: they are of one moment, and to look at the spool costs a read of the disk.
  let health: GatewayHealth;
  const family = (
    Kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (health: GatewayHealth) => readonly Sample[],
  ) =>
    new Kind({
      name: `pulseboard_gateway_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        const samples = read(health);
        // What is not known is not told: a reset one without labels says 0.
        if (samples.length === 0) this.remove({});
        for (const [labels, value] of samples) this.inc(labels, value);
      },
    });
  const gauge = (name: string, help: string, read: (health: GatewayHealth) => number | undefined) =>
    family(Gauge, name, help, [], (h) => {
      const value = read(h);
      return value === undefined ? [] : [[{}, value]];
    });
  const radios = (Kind: typeof Gauge | typeof Counter, name: string, help: string, read: (radio: RadioHealth) => number) =>
    family(Kind, `radio_${name}`, help, ['radio'], (h) => h.radios.map((radio) => [{ radio: radio.radio }, read(radio)]));
  const sum = (h: GatewayHealth, read: (spool: SpoolLedger) => number) => h.spools.reduce((total, spool) => total + read(spool), 0);

  family(Gauge, 'info', 'Version of the gateway.', ['version'], ({ version }) => [[{ version }, 1]]);
  // A spool that is done with takes its readings out of these sums: they are balances, not counts of what happened.
  gauge('spooled_decoded_readings', 'Readings decoded, of the spools that are held.', (h) => sum(h, (s) => s.decoded));
  family(Gauge, 'spooled_readings', 'Where the decoded readings of the spools that are held are.', ['state'], (h) => [
    [{ state: 'committed' }, sum(h, (s) => s.committed)],
    [{ state: 'waiting' }, sum(h, (s) => s.waiting)],
    [{ state: 'dropped' }, sum(h, ({ dropped }) => totalOf(dropped))],
  ]);
  family(Gauge, 'spooled_dropped_readings', 'Readings given up, of the spools that are held.', ['reason'], (h) =>
    droppedByReason(h.spools),
  );
  gauge('spools', 'Spools that are held.', (h) => h.spools.length);
  gauge('spool_bytes', 'What the spools take of the disk.', (h) => h.spoolBytes);
  gauge('spool_oldest_age_seconds', 'Age of the oldest reading that is not committed.', (h) => oldestAgeMs(h) / 1000);
  gauge('spool_writable', '1 while the disk takes readings.', (h) => Number(h.spoolFault === undefined));
  family(Counter, 'refused_commits_total', 'Entries of commits that went beyond what was sent.', [], (h) => [[{}, h.refusedCommits]]);

  radios(Counter, 'frames_total', 'Frames that a receiver heard.', (radio) => radio.frames);
  radios(Counter, 'bad_frames_total', 'Frames with a wrong checksum, cut short, or not understood.', (radio) => radio.badFrames);
  radios(Counter, 'restarts_total', 'How often a receiver was set up anew.', (radio) => radio.restarts);
  radios(Gauge, 'straps', 'Sensors that a receiver heard in the last 10 minutes.', (radio) => radio.straps);
  family(Gauge, 'radio_state', '1 for the state that a receiver is in.', ['radio', 'state'], (h) =>
    h.radios.flatMap(({ radio, state }) => RADIO_STATES.map((s) => [{ radio, state: s }, Number(s === state)] as const)),
  );
  gauge('straps', 'Sensors that are heard.', (h) => h.straps.length);

  family(Gauge, 'clock_state', '1 for what the clock of the readings is anchored to.', ['state'], (h) =>
    CLOCK_STATES.map((state) => [{ state }, Number(state === h.clock)]),
  );
  gauge('wall_clock_ahead_seconds', "How far the machine's clock is ahead of the clock of the readings, once that is anchored.", (h) =>
    h.at > MIN_UTC_MS ? h.wallClockAheadMs / 1000 : undefined,
  );
  gauge('temperature_celsius', 'Temperature of the board.', (h) => h.temperatureC);

  return {
    contentType: registry.contentType,
    async text() {
      health = healthOf();
      return registry.metrics();
    },
  };
}

const oldestAgeMs = ({ spools }: GatewayHealth) => Math.max(0, ...spools.map((spool) => spool.oldestAgeMs));
const totalOf = (dropped: Readonly<Record<string, number>>) => Object.values(dropped).reduce((total, count) => total + count, 0);

function droppedByReason(spools: readonly SpoolLedger[]): Sample[] {
  const totals = new Map<string, number>();
  for (const { dropped } of spools)
    for (const [reason, count] of Object.entries(dropped)) totals.set(reason, (totals.get(reason) ?? 0) + count);
  return [...totals].map(([reason, count]) => [{ reason }, count]);
}

/** @returns why the gateway cannot do its work, a sentence; undefined when it can */
export function gatewayTrouble({ radios, spoolFault }: Pick<GatewayHealth, 'radios' | 'spoolFault'>): string | undefined {
  if (spoolFault !== undefined) return `The spool cannot be written: ${spoolFault}`;
  if (radios.every(({ state }) => state === 'absent')) return radios[0]?.fault ?? 'There is no radio.';
  return undefined;
}
