import { plausibleHeartRate } from './plausible-heart-rate.js';

test.each([
  [0, { contact: false }],
  [1, {}],
  [24, {}],
  [25, { heartRateBpm: 25 }],
  [240, { heartRateBpm: 240 }],
  [241, {}],
  [255, {}],
  [32896, {}],
])('%i bpm', (bpm, heartRate) => {
  expect(plausibleHeartRate(bpm)).toEqual(heartRate);
});
