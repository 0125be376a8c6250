import { simulate } from './simulation.js';
import type { StorageKind, Variant } from './variant.js';
import type { Figures } from './world.js';

export interface Outcome {
  runs: number;
  failed: number;
  /** What failed first, with its seed. */
  firstFailure: string | undefined;
  /** Runs in which a check failed, by its number. */
  byCheck: Record<string, number>;
  figures: Figures & { quietP50: number; quietP99: number };
}

export interface CampaignOptions {
  seed: number;
  runs: number;
  storages: readonly StorageKind[];
  mistake?: Partial<Variant>;
}

/** Many runs, seed after seed, each over every kind of storage. */
export function campaign({ seed, runs, storages, mistake = {} }: CampaignOptions): Outcome {
  const outcome = { runs: 0, failed: 0, firstFailure: undefined as string | undefined, byCheck: {} as Record<string, number> };
  const figures: Partial<Record<keyof Figures, number>> = {};
  const quiet: number[] = [];
  for (let i = 0; i < runs; i++)
    for (const storage of storages) {
      const run = simulate(seed + i, storage, mistake);
      outcome.runs++;
      quiet.push(run.figures.quietMs);
      for (const [name, value] of Object.entries(run.figures) as [keyof Figures, number][])
        figures[name] = /^max|Ms$/.test(name) ? Math.max(value, figures[name] ?? 0) : value + (figures[name] ?? 0);
      if (run.wrong.length === 0) continue;
      outcome.failed++;
      outcome.firstFailure ??= `seed ${seed + i}, ${storage}: ${run.wrong[0]}`;
      for (const check of new Set(run.wrong.map((text) => text.slice(0, 3)))) outcome.byCheck[check] = (outcome.byCheck[check] ?? 0) + 1;
    }
  quiet.sort((a, b) => a - b);
  const at = (share: number) => quiet[Math.floor(quiet.length * share)] ?? 0;
  return { ...outcome, figures: { ...(figures as Figures), quietP50: at(0.5), quietP99: at(0.99) } };
}
