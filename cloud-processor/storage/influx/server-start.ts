import type { MachineMoment } from '../../machine-moment.js';
import type { Series } from './influx-connection.js';

/**
 * One start of an InfluxDB server, recognised by what the server reports:
 * - `diagnostics`: version 1, `SHOW DIAGNOSTICS`: process id and start time.
 * - `process`: version 1 whose user may not ask that, `/metrics`: start time of the process, UTC seconds.
 * - `uptime`: version 2, `/metrics`: how long it has been running when it was asked.
 */
export type ServerStart = { kind: 'diagnostics' | 'process'; id: string } | Uptime;

interface Uptime {
  kind: 'uptime';
  uptimeMs: number;
  /** When it was asked. */
  asked: MachineMoment;
  /** How long its answer took: the uptime was read somewhere in between. */
  tookMs: number;
}

/** Two starts within this time are taken for one, which is the safe side. */
const TOLERANCE_MS = 200;
/** The clocks of two machines may run apart this fast: NTP corrects by 500 ppm at most. */
const TOLERANCE_RATIO = 0.0005;

/**
 * Compares two observations of a server.
 * @param earlier was made first
 * @returns false only when the server was started in between; undefined when the two cannot be compared
 */
export function isSameStart(earlier: ServerStart, later: ServerStart): boolean | undefined {
  if (earlier.kind === 'uptime' && later.kind === 'uptime') {
    // A server that was not started since has been up for longer by all the time that passed: less is a start. More is a machine that slept.
    const passedMs = Math.max(0, elapsedMs(earlier.asked, later.asked) - earlier.tookMs);
    return later.uptimeMs >= earlier.uptimeMs + passedMs * (1 - TOLERANCE_RATIO) - TOLERANCE_MS;
  }
  if (earlier.kind === 'uptime' || later.kind !== earlier.kind) return undefined;
  return earlier.id === (later as { id: string }).id;
}

/** Monotonic within one boot of the machine, so that a step of its clock looks like no start; else by the wall clock. */
const elapsedMs = (earlier: MachineMoment, later: MachineMoment): number =>
  earlier.boot === later.boot ? later.monotonicMs - earlier.monotonicMs : later.wallMs - earlier.wallMs;

/** @param series answer to `SHOW DIAGNOSTICS`; some series of 1.12 have no columns */
export function startInDiagnostics(series: readonly Series[]): ServerStart | undefined {
  for (const { columns, values } of series) {
    const [pid, started] = [columns.indexOf('PID'), columns.indexOf('started')];
    const row = values[0];
    if (pid >= 0 && started >= 0 && row) return { kind: 'diagnostics', id: `${row[pid]} ${row[started]}` };
  }
  return undefined;
}

/**
 * @param text answer to `GET /metrics`, in the text format of Prometheus
 * @param when it was asked, and how long the answer took
 * @param isVersion1 whether the server may be of version 1; the metrics of another program in between have a start of a process, too
 */
export function startInMetrics(text: string, when: { asked: MachineMoment; tookMs: number }, isVersion1: boolean): ServerStart | undefined {
  const uptimes = samplesOf(text, 'influxdb_uptime_seconds');
  // Several servers behind one address: it is not known which of them takes the next write.
  if (uptimes.length > 1) return undefined;
  const [uptime] = uptimes;
  if (uptime !== undefined) return { kind: 'uptime', uptimeMs: Math.round(Number(uptime) * 1000), ...when };
  const [started] = samplesOf(text, 'process_start_time_seconds');
  return started === undefined || !isVersion1 ? undefined : { kind: 'process', id: started };
}

function samplesOf(text: string, name: string): string[] {
  const sample = new RegExp(`^${name}(?:\\{[^}]*\\})? +([0-9.eE+-]+)`);
  return text.split('\n').flatMap((line) => sample.exec(line)?.[1] ?? []);
}
