/** What is played, and where it goes. */
export interface ReplayRun {
  /** UTC ms of its first moment. */
  startAt: number;
  durationMs: number;
  speed: number;
  /** On the clock of the wall: it happens now. */
  isLive: boolean;
  /** Of a gateway by itself: where its processor is reached. */
  brokerUrl?: string | undefined;
}

/** `38 s`, `59 min` */
export function duration(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** `20 s at 1×, from 2026-01-31T18:00:00.000Z` */
export const when = ({ startAt, durationMs, speed }: ReplayRun): string =>
  `${duration(durationMs)} at ${speed}×, from ${new Date(startAt).toISOString()}`;

/** What who plays it to a processor elsewhere would else look for in vain: a board shows what happens now. Nothing when both are one process, or it is live. */
export function whereItGoes({ startAt, durationMs, isLive, brokerUrl }: ReplayRun): string[] {
  if (isLive || brokerUrl === undefined) return [];
  const [from, to] = [startAt, startAt + durationMs].map((at) => new Date(at).toISOString());
  return [
    `These seconds lie in the past, from ${from} to ${to}: they go into the store of the processor at ${brokerUrl}, and its board does not show them as they happen.`,
    'To see them live there: PULSEBOARD_START_AT="$(date -u +%Y-%m-%dT%H:%M:%SZ)" before the command, at speed 1; or npm start, which has a board and a data folder for them alone.',
  ];
}

const MOST_SHOWN = 10;

/** @param refused why files were left out, a sentence each */
export function leftOutLines(refused: readonly string[]): string[] {
  if (refused.length === 0) return [];
  const files = refused.length === 1 ? '1 file is' : `${refused.length} files are`;
  const more = refused.length - MOST_SHOWN;
  return [
    `${files} left out (with PULSEBOARD_REPLAY_STRICT=yes the replay would not start):`,
    ...refused.slice(0, MOST_SHOWN).map((sentence) => `  ${sentence}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

export const endOf = (isAlone: boolean): string =>
  isAlone
    ? 'The recording has ended; what is not committed yet is still sent. Ctrl-C stops it.'
    : 'The recording has ended; the board and the API stay.';
