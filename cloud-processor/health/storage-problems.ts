import type { Problem } from './problem.js';

export interface Storage {
  isStoreAway: boolean;
  storeFault: string | undefined;
  isRegistryAway: boolean;
  registryFault: string | undefined;
}

/** What keeps readings from being stored, and people from being recognised. */
export function storageProblems({ isStoreAway, storeFault, isRegistryAway, registryFault }: Storage): Problem[] {
  const problems: Problem[] = [];
  if (isStoreAway)
    problems.push({
      code: 'store-away',
      sentence: `The store does not take what is written: ${ended(storeFault ?? 'it does not answer')} Readings are shown and not kept; the gateways keep them.`,
      stopsData: true,
    });
  if (isRegistryAway)
    problems.push({
      code: 'registry-away',
      sentence: `The registry does not answer: ${ended(registryFault ?? 'it was asked for a room')} Start PostgreSQL, or check PULSEBOARD_DATABASE_URL. Rooms that are known go on; new ones wait.`,
      stopsData: true,
    });
  return problems;
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
