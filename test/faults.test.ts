import { shortKnobs } from './faults/knobs.js';
import { runScenario } from './faults/run-scenario.js';
import { inTurn } from './faults/scenarios.js';
import { cleanUp } from './harness/system.js';

const FAULT_S = 1;
const DEADLINE_MS = 240_000;

afterAll(cleanUp);

test(
  'whatever is killed, frozen or cut: every reading is stored once, and all totals are those of the same input without a fault',
  async () => {
    const progress: string[] = [];
    const outcome = await runScenario(inTurn, shortKnobs('aedes', 1, FAULT_S), (line) => progress.push(line));
    expect(outcome.faults).toEqual([]);
    expect(outcome).toMatchObject({ missing: 0, twice: 0 });
    expect(outcome.decoded).toBeGreaterThan(200);
    expect(outcome.seconds).toBeGreaterThan(100);
    expect(progress.filter((line) => line.startsWith('kill -9')).length).toBeGreaterThanOrEqual(3);
  },
  DEADLINE_MS,
);
