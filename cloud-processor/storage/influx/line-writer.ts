import { InfluxAwayError, LinesRefusedError, RequestTooLargeError } from './influx-errors.js';

/** A line that InfluxDB does not take, whoever stands beside it. */
export interface RefusedLine {
  /** Its place among the lines that were written. */
  index: number;
  /** What InfluxDB said. */
  reason: string;
  /** The database keeps nothing of that time. */
  isTooOld: boolean;
  /** A limit of the database on series keeps this one out. */
  isBeyondLimit?: true;
}

/** As measured: larger ones are not faster, and 1.x takes 25 MB. */
const BATCH_LINES = 5000;
const BATCH_BYTES = 4_000_000;
/**
 * More than this, and more than half of a flush, means a wrong database and not bad lines. Those that are too old do not count: a whole backlog may be;
 * nor those beyond a limit of the database: one new strap may be all of a flush.
 */
const MOST_REFUSED = 20;
/** So many are all of a flush by chance. */
const FEW = 2;

interface Batch {
  first: number;
  /** Not included. */
  end: number;
}

/**
 * Writes lines in batches, all at once: `send` lets as many go as may be in flight. A batch that is too large is halved; one with a line that is refused is
 * halved until that line stands alone, or, beyond a limit on series, until its series does. Writing a line again changes nothing.
 * @returns the lines that are not stored; all others are
 * @throws what `send` throws else, and InfluxAwayError when so many lines are refused that the fault is not in them
 */
export async function writeLines(lines: readonly string[], send: (lines: readonly string[]) => Promise<void>): Promise<RefusedLine[]> {
  const refused: RefusedLine[] = [];
  let others = 0;
  const refuse = (index: number, reason: string, isTooOld: boolean) => {
    refused.push({ index, reason, isTooOld });
    if (!isTooOld) others++;
    if ((others > MOST_REFUSED && others > lines.length / 2) || (others > FEW && others === lines.length))
      throw new InfluxAwayError(`InfluxDB refuses ${others} lines of ${lines.length}; does something else write there? It says: ${reason}`);
  };
  /** Each series is refused as a whole, or not at all. */
  const writeSeries = async (series: number[][]): Promise<void> => {
    try {
      await send(series.flat().map((index) => lines[index]!));
    } catch (error) {
      if (!(error instanceof LinesRefusedError && error.limit)) throw error;
      const { message } = error;
      if (series.length === 1)
        for (const index of series[0]!) refused.push({ index, reason: message, isTooOld: false, isBeyondLimit: true });
      else {
        const middle = series.length >> 1;
        await writeSeries(series.slice(0, middle));
        await writeSeries(series.slice(middle));
      }
    }
  };
  const write = async ({ first, end }: Batch): Promise<void> => {
    try {
      await send(lines.slice(first, end));
    } catch (error) {
      if (!(error instanceof LinesRefusedError || error instanceof RequestTooLargeError)) throw error;
      if (error instanceof LinesRefusedError && error.limit) return writeSeries(bySeries(lines, first, end));
      const count = end - first;
      const tooOld = error instanceof LinesRefusedError ? error.tooOld : undefined;
      if (count === 1) refuse(first, error.message, tooOld !== undefined);
      else if (tooOld === count) for (let i = first; i < end; i++) refuse(i, error.message, true);
      else {
        const middle = first + (count >> 1);
        await write({ first, end: middle });
        await write({ first: middle, end });
      }
    }
  };
  const written = await Promise.allSettled(batchesOf(lines).map(write));
  // Only when nothing is under way any more does anybody else write.
  for (const each of written) if (each.status === 'rejected') throw each.reason;
  // InfluxDB 1.6.7 may take no series at all then, known ones neither: nothing is set aside for that.
  const full = refused.find(({ reason }) => reason.includes('max-series-per-database'));
  if (full && refused.length > FEW && refused.length === lines.length)
    throw new InfluxAwayError(`InfluxDB refuses all ${lines.length} lines. It says: ${full.reason}`);
  return refused.sort((a, b) => a.index - b.index);
}

/** Indexes of the lines of each series, in their order. */
function bySeries(lines: readonly string[], first: number, end: number): number[][] {
  const series = new Map<string, number[]>();
  for (let index = first; index < end; index++) {
    const [name] = /^(?:\\.|[^ \\])*/.exec(lines[index]!)!;
    const known = series.get(name);
    if (known) known.push(index);
    else series.set(name, [index]);
  }
  return [...series.values()];
}

function batchesOf(lines: readonly string[]): Batch[] {
  const batches: Batch[] = [];
  let bytes = 0;
  for (const [i, line] of lines.entries()) {
    const last = batches.at(-1);
    bytes += line.length + 1;
    if (last && bytes <= BATCH_BYTES && i - last.first < BATCH_LINES) last.end = i + 1;
    else {
      batches.push({ first: i, end: i + 1 });
      bytes = line.length + 1;
    }
  }
  return batches;
}
