import { performance } from 'node:perf_hooks';
import { StrapMatcher } from '../aggregation/strap-matcher.js';
import { antReadings, bleReadings } from '../test-data/dual-strap.js';
import { beatTimes, type Heart } from '../test-data/hearts.js';
import { createRandom } from '../test-data/random.js';
import { T0 } from '../test-data/readings.js';
import { heardBy, readingsOf, secondsToLink, strangers } from '../test-data/strap-trial.js';

/*
 * How soon a strap that speaks ANT+ and Bluetooth is found to be one, whether two people ever are, and what looking for it costs.
 *
 *   node cloud-processor/dist/bench/strap-links.js [straps of each kind, default 100] [hours of strangers of each kind, default 40]
 */

const straps = Number(process.argv[2] ?? 100);
const hours = Number(process.argv[3] ?? 40);
const write = (line: string) => process.stdout.write(`${line}\n`);
const cells = (...values: (string | number)[]) =>
  values.map((value, i) => (i ? String(value).padStart(15) : String(value).padEnd(34))).join('');

const HEARTS: [string, Heart][] = [
  ['at rest, 55 bpm', { bpm: () => 55, effort: 0 }],
  ['easy, 100 bpm', { bpm: () => 100, effort: 0.35 }],
  ['hard, 150 bpm', { bpm: () => 150, effort: 0.75 }],
  ['warming up, 70 to 150 bpm', { bpm: (s) => Math.min(150, 70 + s / 4), effort: 0.4 }],
  ['as hard as can be, 180 bpm', { bpm: () => 180, effort: 1 }],
  ['the same, half as variable', { bpm: () => 180, effort: 1, variability: 0.5 }],
];
const ROUNDINGS = ['times', 'milliseconds'] as const;
const TEN_MINUTES_S = 600;

write(`Seconds until one strap is linked, ${straps} straps each; clocks 200 ms apart, either way`);
write(cells('heart', 'ANT+ lost', 'BLE lost', 'rounding of', 'p50', 'p90', 'p99', 'most', 'not in 10 min'));
for (const [name, heart] of HEARTS)
  for (const [antLoss, bleLoss] of [
    [0, 0],
    [0.1, 0.02],
    [0.1, 0.1],
  ] as const)
    for (const rounding of ROUNDINGS) {
      const times = Array.from({ length: straps }, (_, i) => {
        const ble = { loss: bleLoss, rounding, clockOffsetMs: i % 2 ? 200 : -200 };
        return secondsToLink(readingsOf({ heart, ant: { loss: antLoss }, ble, seconds: TEN_MINUTES_S }, i * 7919 + 13));
      });
      const linked = times.filter((time) => time !== undefined).sort((a, b) => a - b);
      const quantile = (q: number) => linked[Math.min(linked.length - 1, Math.floor(q * linked.length))]?.toFixed(1) ?? '-';
      write(cells(name, antLoss, bleLoss, rounding, quantile(0.5), quantile(0.9), quantile(0.99), quantile(1), straps - linked.length));
    }

/** A class that works and recovers at one command, each in the very same way. */
const together = (variability: number): Heart => ({ bpm: (s) => (Math.floor(s / 60) % 2 ? 110 : 180), effort: 0.9, variability });

write('');
write(`Two people for ${hours} h each kind, compared every 2 s`);
write(cells('hearts', 'comparisons', 'links', 'highest share', 'least log10'));
for (const [name, heart] of [
  ...HEARTS,
  ['180 bpm, a quarter as variable', { bpm: () => 180, effort: 1, variability: 0.25 }],
  ['60 bpm at rest, a tenth', { bpm: () => 60, effort: 0, variability: 0.1 }],
  ['60 bpm at rest, a twentieth', { bpm: () => 60, effort: 0, variability: 0.05 }],
  ['intervals at one command', together(1)],
  ['the same, half as variable', together(0.5)],
  ['the same, a quarter', together(0.25)],
] as [string, Heart][]) {
  const { comparisons, links, highestShare, leastLog10Chance } = strangers(heart, { pairs: hours, minutes: 60 }, 1_000_003);
  write(cells(name, comparisons, links, `${(highestShare * 100).toFixed(0)} %`, leastLog10Chance.toFixed(1)));
}

write('');
write('What it costs: a room of 20 ANT+ and 20 Bluetooth straps of 40 people, ten minutes');
write(cells('room', 'readings', 'µs a reading', 'ms an hour'));
for (const [name, bpmOf] of [
  ['from 90 to 180 bpm', (person: number) => 90 + (person * 90) / 40],
  ['all at 150 bpm', () => 150],
] as [string, (person: number) => number][]) {
  const lists = Array.from({ length: 40 }, (_, person) => {
    const random = createRandom(person + 1);
    const beats = beatTimes({ bpm: () => bpmOf(person), effort: 0.7 }, TEN_MINUTES_S * 1000, random);
    return person % 2
      ? antReadings(`ant-hr-${person}`, beats, T0, { loss: 0.03 }, random)
      : bleReadings(`ble-${person}`, beats, T0, { loss: 0 }, random);
  });
  const readings = heardBy(lists);
  const matcher = new StrapMatcher();
  const began = performance.now();
  let found = 0;
  for (const reading of readings) if (matcher.note(reading, reading.at)) found++;
  const ms = performance.now() - began;
  write(
    cells(name, readings.length, ((ms * 1000) / readings.length).toFixed(2), (ms * 6).toFixed(0)) + (found ? `  ${found} WRONG LINKS` : ''),
  );
}
