/** Something that is wrong, for people who can put it right. */
export interface Problem {
  /** For programs; it does not change with the words. */
  code: string;
  /** What is wrong, and what to do. */
  sentence: string;
  /**
   * People who train now are missing on the board or in the store because of it. `/healthz` answers 503 while there is such a problem; with
   * any other the status is `degraded` and `/healthz` answers 200.
   */
  stopsData: boolean;
  /** The rooms that it concerns, `gym/room`; absent: all of them. */
  rooms?: string[];
}

/** Asked whenever somebody asks for the health: it must be quick and never throw. */
export type ProblemSource = () => readonly Problem[];

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** The rooms of these gateways, each once. */
export const roomsOf = (gateways: readonly { gym: string; room: string }[]): string[] => [
  ...new Set(gateways.map(({ gym, room }) => `${gym}/${room}`)),
];
