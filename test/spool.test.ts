import { Chance } from './simulation/chance.js';
import { crash } from './spool/crash.js';

test.each(['kill -9', 'power cut'] as const)(
  'a real process that writes the spool, three times: %s (npm run bench:spool does it 200 times)',
  async (kind) => {
    const chance = new Chance(kind.length);
    for (let n = 0; n < 3; n++) expect((await crash(kind, chance)).faults).toEqual([]);
  },
);
