import fc from 'fast-check';
import { fitName, LEAST_NAME_SCALE, leastNameScale } from './fit-name.js';

test('a name that fits keeps its size', () => {
  expect(fitName(10, 9, 0.62)).toEqual({ scale: 1, digitsOnly: false });
  expect(fitName(10, 9, 0.62, 3)).toEqual({ scale: 1, digitsOnly: false });
});

test('a name that is a little too long shrinks; only one that is far too long is cut', () => {
  expect(fitName(10, 12, 0.62).scale).toBeCloseTo(0.82, 2);
  expect(fitName(10, 40, 0.62).scale).toBe(0.62);
});

test('the word "Guest" goes before anything shrinks', () => {
  expect(fitName(5, 6, 0.62, 2.5)).toEqual({ scale: 1, digitsOnly: true });
});

test('a name is cut only when it is as small as it gets, and the digits of a guest never', () => {
  const em = fc.double({ min: 0.5, max: 40, noNaN: true });
  fc.assert(
    fc.property(em, em, em, (availableEm, widthEm, digitsEm) => {
      const name = fitName(availableEm, widthEm, 0.7);
      expect(name.scale * widthEm <= availableEm || name.scale === 0.7).toBe(true);
      const guest = fitName(availableEm, widthEm + digitsEm, 0.7, digitsEm);
      expect(guest.scale * (guest.digitsOnly ? digitsEm : widthEm + digitsEm)).toBeLessThanOrEqual(availableEm);
    }),
  );
});

test.each([
  [28, 1080, LEAST_NAME_SCALE],
  [14, 1080, 0.81],
  [12, 700, 10 / 12],
  [9, 700, 1],
])('a name of %d px on a picture of %d px shrinks to %d of its size', (font, side, scale) => {
  expect(leastNameScale(font, side)).toBeCloseTo(scale, 2);
});
