import { ArrivalAges } from './arrival-ages.js';

test('every reading is in one of the ages, whatever its clock says', () => {
  const ages = new ArrivalAges();
  for (const ms of [-5000, 0, 100, 101, 1000, 1001, 10_000, 10_001, 3_600_000, 3_600_001, Number.MAX_SAFE_INTEGER]) ages.note(ms);
  expect(ages.counts).toEqual({ arrivedWithin100ms: 3, arrivedWithin1s: 2, arrivedWithin10s: 2, arrivedWithin1h: 2, arrivedLater: 2 });
});

test('the histogram counts upwards, and all of them in the end', () => {
  const ages = new ArrivalAges();
  for (const ms of [-300, 25, 26, 80, 7_200_000, 90_000_000]) ages.note(ms);
  const { upTo, count, sumMs } = ages.histogram;
  expect({ count, sumMs }).toEqual({ count: 6, sumMs: 97_199_831 });
  expect(upTo.filter(([ms]) => [25, 50, 100, 3_600_000, 86_400_000].includes(ms))).toEqual([
    [25, 2],
    [50, 3],
    [100, 4],
    [3_600_000, 4],
    [86_400_000, 5],
  ]);
});
