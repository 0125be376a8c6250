import { findRecordings, readRecording } from '../test-support/test-recordings.js';
import { decodeAntFrame } from './ant-frame.js';
import { decodeBleHeartRate } from './ble-heart-rate.js';
import { addHeartRatePage, type HeartRateState } from './heart-rate-beats.js';
import { decodeHeartRatePage } from './heart-rate-page.js';
import { parseHex } from './hex.js';
import { decodePolarAdvertisement } from './polar-advertisement.js';

const recordings = findRecordings();
if (!recordings) console.warn('recordings skipped: there is no ../shared/data/radio beside the repository');

const lines = (file: string): string[] => (recordings ? readRecording(recordings, file) : []);
const ms = (ticks: number) => (ticks * 1000) / 1024;

(recordings ? describe : describe.skip)('recordings', () => {
  test('a real ANT+ strap, page by page and as a stream', () => {
    let state: HeartRateState | undefined;
    const rows = lines('ant-frames.txt').map((line) => line.split(/\s+/));
    expect(rows).toHaveLength(5);
    for (const [i, [hex, ...numbers]] of rows.entries()) {
      const [time, previous, count, bpm, rr] = numbers.map(Number) as [number, number, number, number, number];
      const frame = decodeAntFrame(parseHex(hex!));
      expect(frame).toMatchObject({ deviceNumber: 483922, deviceType: 120, transmissionType: 0x71 });
      const page = decodeHeartRatePage(frame.page);
      expect(page).toEqual({
        page: 4,
        toggle: i % 2 === 0,
        beatTimeMs: ms(time),
        previousBeatTimeMs: ms(previous),
        beatCount: count,
        heartRateBpm: bpm,
      });
      const step = addHeartRatePage(state, page, i * 1000);
      state = step.state;
      expect(step.rrIntervalMs).toBe(i === 0 ? undefined : ms(rr));
      if (i === 4) expect(step).toMatchObject({ beats: 3, missedBeats: 2 });
    }
  });

  const told: Record<string, object> = {
    '1634e404': { heartRateBpm: 52, contact: true, rrIntervalsMs: [ms(1252)] },
    '103b5304': { heartRateBpm: 59, rrIntervalsMs: [ms(1107)] },
    '1843d0077203': { heartRateBpm: 67, energyKj: 2000, rrIntervalsMs: [ms(882)] },
    '01808000': {},
    '6b003b164446': { heartRateBpm: 70, contact: true, frameCounter: 6, broadcast: true },
    '6b002b0bb6ac': { heartRateBpm: 172, contact: true, frameCounter: 2, broadcast: true },
  };
  test('real Bluetooth notifications and advertisements', () => {
    const decoded = lines('ble-heart-rate.txt').map((line) => {
      const [kind, hex] = line.split(' ') as [string, string];
      const bytes = parseHex(hex);
      return [hex, kind === '2a37' ? decodeBleHeartRate(bytes) : decodePolarAdvertisement(bytes.subarray(2))];
    });
    expect(Object.fromEntries(decoded)).toEqual(told);
  });
});
