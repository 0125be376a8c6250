import type { ReceiverState } from './radio/radio-source.js';
import { RadioCounts } from './radio-counts.js';

const receiver = (radio: string, more: Partial<ReceiverState> = {}): ReceiverState => ({
  radio,
  state: 'receiving',
  badFrames: 0,
  restarts: 0,
  ...more,
});

test('each receiver has its own counts; what it could not make out itself is added', () => {
  const counts = new RadioCounts();
  counts.note('ant 1-1.2', 0, 'ant-hr-1', false);
  counts.note('ant 1-1.2', 1, 'ant-hr-2', false);
  counts.note('ant 1-1.2', 2, undefined, true);
  counts.note('ant 1-1.4', 3, 'ant-hr-1', false);
  expect(
    counts.health([
      receiver('ant 1-1.2', { badFrames: 5, restarts: 1 }),
      receiver('ant 1-1.4'),
      receiver('ble', { state: 'absent', fault: 'none.' }),
    ]),
  ).toEqual([
    { radio: 'ant 1-1.2', state: 'receiving', frames: 8, badFrames: 6, straps: 2, restarts: 1 },
    { radio: 'ant 1-1.4', state: 'receiving', frames: 1, badFrames: 0, straps: 1, restarts: 0 },
    { radio: 'ble', state: 'absent', frames: 0, badFrames: 0, straps: 0, restarts: 0, fault: 'none.' },
  ]);
});

test('a strap counts for ten minutes after it was heard', () => {
  const counts = new RadioCounts();
  counts.note('ant', 0, 'ant-hr-1', false);
  counts.note('ant', 599_999, 'ant-hr-2', false);
  expect(counts.health([receiver('ant')])[0]!.straps).toBe(2);
  counts.note('ant', 600_000, 'ant-hr-2', false);
  expect(counts.health([receiver('ant')])[0]!.straps).toBe(1);
});
