import { ArrivalAges } from './arrival-ages.js';

test('every reading is in one of the ages, whatever its clock says', () => {
  const ages = new ArrivalAges();
  for (const ms of [-5000, 0, 100, 101, 1000, 1001, 10_000, 10_001, 3_600_000, 3_600_001, Number.MAX_SAFE_INTEGER]) ages.note(ms);
  expect(ages.counts).toEqual({ arrivedWithin100ms: 3, arrivedWithin1s: 2, arrivedWithin10s: 2, arrivedWithin1h: 2, arrivedLater: 2 });
});
