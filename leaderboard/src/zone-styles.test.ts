import { readFileSync } from 'node:fs';
import { LOST, ZONE_NUMBERS, ZONES } from './zones.js';

const css = readFileSync(new URL('../../src/styles/tile.css', import.meta.url), 'utf8');

test.each(ZONE_NUMBERS)('zone %i has the tested colours in the style sheet', (zone) => {
  expect(css).toContain(`\n[data-zone="${zone}"] {\n  --fill: ${ZONES[zone].fill};\n  --ink: ${ZONES[zone].ink};\n}`);
});

test('so has a lost tile', () => {
  expect(css).toMatch(new RegExp(`data-signal="lost"\\] \\{\\s*--fill: ${LOST.fill};\\s*--ink: ${LOST.ink};`));
});
