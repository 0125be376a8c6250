import fc from 'fast-check';
import { RANKINGS, rankingStat, statsOf } from '../rankings.js';
import { measureGlyphs, WIDE_GLYPHS } from './glyphs.js';
import { type Grid, type GridInput, gridFor, LEAD_LINE, LINE, READABLE_PX } from './grid.js';
import { needsList } from './needs-list.js';
import { badgeWidthEm, STAT_GAP_EM, statWidthEm, zoneWidthEm } from './widths.js';

/** What a 1080p TV leaves for the tiles. */
const tv = { width: 1880, height: 890, leastFigure: 28, stats: statsOf('points'), glyphs: { digit: 0.56, percent: 0.89, letter: 0.55 } };

function expectFits(input: GridInput, grid: Grid): void {
  expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(input.members);
  expect(grid.columns * grid.tileWidth + (grid.columns - 1) * grid.gap).toBeLessThanOrEqual(input.width);
  expect(grid.rows * grid.tileHeight + (grid.rows - 1) * grid.gap).toBeLessThanOrEqual(input.height);
  const [innerWidth, innerHeight] = [grid.tileWidth - 2 * grid.padding, grid.tileHeight - 2 * grid.padding];
  const beside = grid.unit * input.glyphs.percent + (grid.zoneBeside === 'lead' ? grid.zone * zoneWidthEm(input.glyphs) : 0);
  const stat = grid.besideLead ? grid.small * (statWidthEm(grid.besideLead, input.glyphs) + STAT_GAP_EM) : 0;
  expect(grid.lead * 3 * input.glyphs.digit + beside + stat).toBeLessThanOrEqual(innerWidth + 1);
  grid.lines.forEach((line, i) => {
    const zone = i === 0 && grid.zoneBeside === 'stats' ? badgeWidthEm(input.glyphs) + STAT_GAP_EM : 0;
    const em = line.reduce((sum, stat) => sum + statWidthEm(stat, input.glyphs), zone + STAT_GAP_EM * (line.length - 1));
    expect(em * grid.small).toBeLessThanOrEqual(innerWidth + 1);
  });
  const block = grid.curveIn === 'block' ? grid.curve : 0;
  expect(grid.small * LINE * (1 + grid.lines.length) + grid.lead * LEAD_LINE + block).toBeLessThanOrEqual(innerHeight + 1);
}

test('1 to 50 members on a TV: all fits, nothing below the least figure, the leading figure leads', () => {
  for (const metric of ['points', 'bpm', 'calories', 'steps'] as const) {
    for (let members = 1; members <= 50; members++) {
      const input = { ...tv, members, stats: statsOf(metric), required: rankingStat(metric) };
      const grid = gridFor(input);
      expectFits(input, grid);
      expect(Math.min(grid.small, grid.unit, grid.zone)).toBeGreaterThanOrEqual(28);
      expect(grid.lead).toBeGreaterThanOrEqual(1.8 * 28);
    }
  }
});

test('what ranks is on every tile, in figures that can be read, wherever the page shows tiles', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 80 }),
      fc.integer({ min: 700, max: 3840 }),
      fc.integer({ min: 480, max: 3840 }),
      fc.constantFrom(...RANKINGS),
      fc.constantFrom(tv.glyphs, WIDE_GLYPHS),
      (members, screenWidth, screenHeight, metric, glyphs) => {
        fc.pre(!needsList(screenWidth, screenHeight, members));
        const least = Math.max(14, Math.ceil(0.026 * Math.min(screenWidth, screenHeight)));
        const required = rankingStat(metric);
        const place = { width: Math.floor(0.96 * screenWidth), height: Math.floor(0.78 * screenHeight) };
        const input: GridInput = { members, ...place, leastFigure: least, stats: statsOf(metric), required, glyphs };
        const grid = gridFor(input);
        if (required) expect([grid.besideLead, ...grid.lines.flat()]).toContain(required);
        expectFits(input, grid);
        expect(Math.min(grid.small, grid.unit, grid.zone)).toBeGreaterThanOrEqual(READABLE_PX);
        expect(grid.lead).toBeGreaterThan(grid.small);
      },
    ),
  );
});

test('more members never make larger figures by much', () => {
  const leads = Array.from({ length: 50 }, (_, i) => gridFor({ ...tv, members: i + 1 }).lead);
  for (let i = 1; i < leads.length; i++) expect(leads[i]!).toBeLessThanOrEqual(leads[i - 1]! * 1.2);
});

test('a class of 12 sees everything', () => {
  const grid = gridFor({ ...tv, members: 12 });
  expect(grid).toMatchObject({ columns: 4, rows: 3, zoneBeside: 'lead', curveIn: 'block' });
  expect(grid.lines.flat()).toEqual(expect.arrayContaining(['bpm', 'points', 'kcal']));
  expect(grid.curve).toBeGreaterThan(28);
});

test('any place from a laptop to a 4K wall, upright too, is filled without overflow', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1000, max: 3800 }),
      fc.integer({ min: 560, max: 3800 }),
      (members, width, height) => {
        const input = { ...tv, members, width, height, leastFigure: 0.026 * Math.min(width, height * 1.2), glyphs: WIDE_GLYPHS };
        const grid = gridFor(input);
        expectFits(input, grid);
        expect(grid.lead).toBeGreaterThan(grid.small);
      },
    ),
  );
});

test('no members is laid out as one', () => {
  expect(gridFor({ ...tv, members: 0 })).toEqual(gridFor({ ...tv, members: 1 }));
});

test('glyphs are measured per letter, in em', () => {
  expect(measureGlyphs((text) => 60 * text.length)).toEqual({ digit: 0.6, percent: 0.6, letter: 0.6 });
});
