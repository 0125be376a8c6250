import fc from 'fast-check';
import { MAX_RR_INTERVAL_MS, MIN_RR_INTERVAL_MS } from './beat-interval.js';
import { addHeartRatePage, type HeartRateState, type HeartRateStep } from './heart-rate-beats.js';
import type { HeartRatePage } from './heart-rate-page.js';

/** `at` ms, page, toggle, beat time ms, count, previous beat time ms. */
type Heard = [at: number, page: number, toggle: boolean, beatTimeMs: number, beatCount: number, previousBeatTimeMs?: number | undefined];
type Told = Omit<HeartRateStep, 'state'>;

function tell(pages: Heard[]): Told[] {
  let state: HeartRateState | undefined;
  return pages.map(([at, number, toggle, beatTimeMs, beatCount, previousBeatTimeMs]) => {
    const page: HeartRatePage = { page: number, toggle, beatTimeMs, beatCount };
    if (previousBeatTimeMs !== undefined) page.previousBeatTimeMs = previousBeatTimeMs;
    const { state: next, ...told } = addHeartRatePage(state, page, at);
    state = next;
    return told;
  });
}

const first: Told = { newBeat: false };
const repeat: Told = { newBeat: false, beats: 0 };
const beat = (rrIntervalMs?: number, beats = 1): Told => ({
  newBeat: true,
  beats,
  missedBeats: beats - 1,
  ...(rrIntervalMs === undefined ? {} : { rrIntervalMs }),
});

describe('beats and RR intervals', () => {
  test.each<[string, Heard[], Told[]]>([
    ['the first page', [[0, 0, false, 1000, 5]], [first]],
    [
      'a page repeated at 4 Hz',
      [
        [0, 0, false, 1000, 5],
        [250, 0, false, 1000, 5],
        [500, 0, true, 1000, 5],
      ],
      [first, repeat, repeat],
    ],
    [
      'count +1 on page 0',
      [
        [0, 0, false, 1000, 5],
        [900, 0, false, 1875, 6],
      ],
      [first, beat(875)],
    ],
    [
      'both wraps',
      [
        [0, 0, false, 63_500, 255],
        [900, 0, false, 375, 0],
      ],
      [first, beat(875)],
    ],
    [
      'missed beats on page 0',
      [
        [0, 0, false, 1000, 254],
        [3000, 0, false, 3500, 1],
      ],
      [first, beat(undefined, 3)],
    ],
    [
      'missed beats on page 4',
      [
        [0, 4, false, 1000, 254, 125],
        [3000, 4, true, 3500, 1, 2750],
      ],
      [first, beat(750, 3)],
    ],
    [
      'page 4 over the wrap of the time',
      [
        [0, 4, false, 62_500, 8, 61_500],
        [2000, 4, true, 500, 10, 63_625],
      ],
      [first, beat(875, 2)],
    ],
    [
      'page 4 again with the same count',
      [
        [0, 4, false, 1000, 8, 0],
        [250, 4, true, 1000, 8, 0],
      ],
      [first, repeat],
    ],
    [
      'without toggle the previous beat means nothing',
      [
        [0, 4, false, 1000, 8, 777],
        [900, 4, false, 1875, 9, 777],
        [3000, 4, false, 3875, 11, 777],
      ],
      [first, beat(875), beat(undefined, 2)],
    ],
    [
      'from the change of the toggle on it does, for good',
      [
        [0, 0, false, 1000, 8],
        [250, 4, true, 2000, 10, 1125],
        [3000, 4, true, 4000, 12, 3250],
      ],
      [first, beat(875, 2), beat(750, 2)],
    ],
    [
      'an interval of 0',
      [
        [0, 0, false, 1000, 8],
        [250, 0, false, 1000, 9],
      ],
      [first, beat()],
    ],
    [
      'the longest interval',
      [
        [0, 0, false, 1000, 8],
        [2500, 0, false, 3500, 9],
      ],
      [first, beat(2500)],
    ],
    [
      'a longer one',
      [
        [0, 0, false, 1000, 8],
        [2600, 0, false, 3501, 9],
      ],
      [first, beat()],
    ],
    [
      'page 4, longer',
      [
        [0, 4, false, 1000, 8, 0],
        [9000, 4, true, 10_000, 9, 1000],
      ],
      [first, beat()],
    ],
  ])('%s', (_, pages, told) => {
    expect(tell(pages)).toEqual(told);
  });
});

describe('across a gap there is no interval', () => {
  const steady = (at: number, count: number): Heard => [at, 0, false, (1000 * count) % 64_000, count];
  test.each<[string, Heard[], Told[]]>([
    [
      'page 4 right after 20 s of lost frames',
      [
        [0, 4, false, 1000, 8, 0],
        [20_000, 4, true, 21_000, 28, 20_125],
      ],
      [first, beat(875, 20)],
    ],
    [
      'silence just under 64 s, page 4',
      [
        [0, 4, false, 1000, 8, 0],
        [63_999, 4, true, 875, 72, 0],
      ],
      [first, beat(875, 64)],
    ],
    [
      'silence of 64 s',
      [
        [0, 4, false, 1000, 8, 0],
        [64_000, 4, true, 2000, 72, 1125],
      ],
      [first, { newBeat: true }],
    ],
    [
      'silence of 64 s and on from there',
      [
        [0, 0, false, 0, 8],
        [64_000, 0, false, 1000, 9],
        [65_000, 0, false, 2000, 10],
      ],
      [first, { newBeat: true }, beat(1000)],
    ],
    [
      'off for 65 s while the strap repeats its page: the wrapped difference looks like 1 s',
      [steady(1000, 1), ...Array.from({ length: 64 }, (_, i): Heard => [2000 + 1000 * i, 0, false, 1000, 1]), [66_000, 0, false, 2000, 2]],
      [first, ...Array.from({ length: 64 }, () => repeat), beat()],
    ],
    [
      'a strap that slept: its clock stood still, page 4',
      [
        [0, 4, false, 1000, 8, 125],
        [30_000, 4, true, 1875, 9, 1000],
      ],
      [first, beat()],
    ],
    [
      'a strap that slept, another page',
      [
        [0, 0, false, 1000, 8],
        [30_000, 0, false, 1875, 9],
      ],
      [first, beat()],
    ],
    [
      'an old beat, repeated from a bag',
      [
        [0, 4, false, 1000, 8, 125],
        [40_000, 4, true, 4000, 12, 3125],
      ],
      [first, beat(undefined, 4)],
    ],
    [
      'first heard with a beat of 60 s ago, put on 5 s later',
      [
        [0, 0, false, 1000, 1],
        [4000, 0, false, 1000, 1],
        [5000, 0, false, 2000, 2],
      ],
      [first, repeat, beat()],
    ],
  ])('%s', (_, pages, told) => {
    expect(tell(pages)).toEqual(told);
  });
});

describe('a strap with frames lost at random', () => {
  /** RR intervals in ticks; which 4 Hz broadcasts are heard; the page they carry. */
  const heart = fc.record({
    rrTicks: fc.array(fc.integer({ min: 256, max: 2560 }), { minLength: 5, maxLength: 120 }),
    heard: fc.infiniteStream(fc.record({ heard: fc.boolean(), page: fc.constantFrom(0, 4) })),
    startTicks: fc.integer({ min: 0, max: 65_535 }),
    startCount: fc.integer({ min: 0, max: 255 }),
  });

  test('every interval is one that the heart made, and every beat is counted', () => {
    fc.assert(
      fc.property(heart, ({ rrTicks, heard, startTicks, startCount }) => {
        const beatTicks = [startTicks];
        for (const rr of rrTicks) beatTicks.push(beatTicks.at(-1)! + rr);
        const ms = (ticks: number) => ((ticks % 65_536) * 1000) / 1024;
        let state: HeartRateState | undefined;
        let firstBeat = 0;
        let lastBeat = 0;
        let counted = 0;
        let toggle = false;
        for (let at = 0, last = 1; last < beatTicks.length; at += 250, toggle = !toggle) {
          while (last < beatTicks.length && ((beatTicks[last]! - startTicks) * 1000) / 1024 <= at + 2000) last += 1;
          const broadcast = heard.next().value!;
          if (!broadcast.heard) continue;
          const i = last - 1;
          const page: HeartRatePage = { page: broadcast.page, toggle, beatTimeMs: ms(beatTicks[i]!), beatCount: (startCount + i) % 256 };
          if (broadcast.page === 4 && i > 0) page.previousBeatTimeMs = ms(beatTicks[i - 1]!);
          if (!state) firstBeat = i;
          const step = addHeartRatePage(state, page, at);
          state = step.state;
          counted += step.beats ?? 0;
          lastBeat = i;
          if (step.rrIntervalMs !== undefined) expect(step.rrIntervalMs).toBe((rrTicks[i - 1]! * 1000) / 1024);
          if (step.newBeat && step.beats === 1) expect(step.rrIntervalMs).toBeDefined();
        }
        expect(counted).toBe(lastBeat - firstBeat);
      }),
    );
  });

  test('whatever it sends, an interval is at least 250 ms and at most 2,500 ms', () => {
    const tick = fc.integer({ min: 0, max: 65_535 }).map((ticks) => (ticks * 1000) / 1024);
    const heardPage = fc.tuple(fc.nat(70_000), fc.nat(15), fc.boolean(), tick, fc.nat(255), fc.option(tick, { nil: undefined }));
    fc.assert(
      fc.property(fc.array(heardPage), (pages) => {
        let at = 0;
        const told = tell(
          pages.map(([wait, ...page]) => {
            at += wait;
            return [at, ...page];
          }),
        );
        for (const { rrIntervalMs } of told) {
          if (rrIntervalMs === undefined) continue;
          expect(rrIntervalMs).toBeGreaterThanOrEqual(MIN_RR_INTERVAL_MS);
          expect(rrIntervalMs).toBeLessThanOrEqual(MAX_RR_INTERVAL_MS);
        }
      }),
    );
  });
});
