import { contrastRatio, deltaE2000, lab, linearRgb, seenWith, type Triple, type Vision } from './colour-vision.js';
import { LOST, ZONE_NUMBERS, ZONES } from './zones.js';

const LEAST_DIFFERENCE = 12;
const visions: readonly Vision[] = ['normal', 'protanopia', 'deuteranopia', 'tritanopia'];
const seen = (vision: Vision, hex: string) => lab(seenWith(vision, linearRgb(hex)));

describe('zone colours', () => {
  test.each([...ZONE_NUMBERS.map((zone) => [`Z${zone}`, ZONES[zone]] as const), ['lost', LOST] as const])(
    '%s: text stands out at 4.5:1',
    (_name, colours) => {
      expect(contrastRatio(colours.fill, colours.ink)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(visions.flatMap((vision) => ZONE_NUMBERS.slice(1).map((zone) => [vision, zone - 1, zone] as const)))(
    '%s: zone %i and zone %i look different',
    (vision, lower, upper) => {
      const difference = deltaE2000(seen(vision, ZONES[lower as 0].fill), seen(vision, ZONES[upper as 0].fill));
      expect(difference).toBeGreaterThanOrEqual(LEAST_DIFFERENCE);
    },
  );

  test('lightness rises from zone 0 to zone 4 and falls back for red', () => {
    const lightness = ZONE_NUMBERS.map((zone) => lab(linearRgb(ZONES[zone].fill))[0]);
    for (const zone of [1, 2, 3, 4]) expect(lightness[zone]! - lightness[zone - 1]!).toBeGreaterThan(5);
    expect(lightness[4]! - lightness[5]!).toBeGreaterThan(30);
  });

  test('a lost tile is darker than zone 0', () => {
    expect(lab(linearRgb(LOST.fill))[0]).toBeLessThan(lab(linearRgb(ZONES[0].fill))[0] - 8);
  });
});

describe('the measure itself', () => {
  // The pairs of Sharma, Wu, Dalal 2005, table 1, that reach each branch.
  const published: [Triple, Triple, number][] = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[50, 2.5, 0], [58, 24, 15], 19.4535],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ];
  test.each(published)('CIEDE2000 of %p and %p is %d', (a, b, expected) => {
    expect(deltaE2000(a, b)).toBeCloseTo(expected, 4);
    expect(deltaE2000(b, a)).toBeCloseTo(expected, 4);
  });

  test('white stays white for everybody, and contrast runs from 1 to 21', () => {
    for (const vision of visions) for (const channel of seenWith(vision, linearRgb('#ffffff'))) expect(channel).toBeCloseTo(1, 2);
    expect(contrastRatio('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrastRatio('#777777', '#777777')).toBe(1);
  });

  test('red and green come closer without red cones', () => {
    const distance = (vision: Vision) => deltaE2000(seen(vision, '#cc3311'), seen(vision, '#668800'));
    expect(distance('protanopia')).toBeLessThan(distance('normal') / 2);
  });
});
