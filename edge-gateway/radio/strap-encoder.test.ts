import { hex, readHeartRateFrame } from '../test-support/test-frames.js';
import { AntHeartRateStrap, BleHeartRateStrap, ROTATION_MESSAGES, type StrapIdentity } from './strap-encoder.js';

const identity: StrapIdentity = {
  manufacturerId: 1,
  serialNumberHigh16: 2,
  hardwareVersion: 3,
  softwareVersion: 4,
  modelNumber: 5,
  batteryPercent: 9,
  operatingTimeS: 100,
};
const beatAt = (atMs: number, countStep = 1) => ({ atMs, computedBpm: 60, countStep });
const framesOf = (strap: AntHeartRateStrap, count: number) =>
  Array.from({ length: count }, (_, n) => readHeartRateFrame(strap.broadcast(n * 246)));

function wornStrap(options: Partial<ConstructorParameters<typeof AntHeartRateStrap>[0]> = {}): AntHeartRateStrap {
  const strap = new AntHeartRateStrap({ deviceNumber: 483_922, ...options });
  strap.onBeat(beatAt(0));
  strap.onBeat(beatAt(1000));
  return strap;
}

describe('AntHeartRateStrap', () => {
  it('flips the toggle every four messages', () => {
    const toggles = framesOf(wornStrap({ identity }), ROTATION_MESSAGES).map((frame) => frame.toggle);
    for (const [n, toggle] of toggles.entries()) expect(toggle).toBe(Math.floor(n / 4) % 2 === 1);
  });

  it('sends 64 main pages, then one background page four times: 1, 2, 3, 7 in turn', () => {
    const pages = framesOf(wornStrap({ identity }), 68 * 5).map((frame) => frame.page);
    const round = (background: number) => [...Array(64).fill(4), ...Array(4).fill(background)];
    expect(pages).toEqual([1, 2, 3, 7, 1].flatMap(round));
  });

  it('tells of its battery', () => {
    const battery = framesOf(wornStrap({ identity }), 68 * 4).at(-1)!;
    expect(battery.specific[0]).toBe(9);
    expect(battery.specific[2]! >> 4).toBe(4);
  });

  it('of the old kind, sends page 0 only and never toggles', () => {
    const frames = framesOf(wornStrap({ identity, legacy: true }), 100);
    expect(new Set(frames.map(({ page, toggle }) => `${page} ${toggle}`))).toEqual(new Set(['0 false']));
  });

  it('says page 4 with the previous beat, its device number in 20 bits', () => {
    expect(readHeartRateFrame(wornStrap().broadcast(0))).toEqual({
      deviceNumber: 483_922,
      toggle: false,
      page: 4,
      specific: [0xff, 0, 0],
      beatTicks: 1024,
      beatCount: 2,
      computedBpm: 60,
    });
  });

  it('says page 0 where no previous beat is known: at the first beat, and at the first after a silence', () => {
    const strap = new AntHeartRateStrap({ deviceNumber: 1 });
    const pages = [beatAt(0), beatAt(1000), beatAt(60_000, 40), beatAt(61_000)].map((beat) => {
      strap.onBeat(beat);
      const { page, beatCount } = readHeartRateFrame(strap.broadcast(0));
      return [page, beatCount];
    });
    expect(pages).toEqual([
      [0, 1],
      [4, 2],
      [0, 42],
      [4, 43],
    ]);
  });

  it('wraps its clock at 64 s and its counter at 256 over ten minutes, and no interval shows it', () => {
    const strap = wornStrap({ clockTicks: 60_000 });
    let ticks = readHeartRateFrame(strap.broadcast(0)).beatTicks;
    let wraps = 0;
    for (let n = 2; n <= 1200; n++) {
      strap.onBeat(beatAt(1000 + (n - 1) * 500));
      const frame = readHeartRateFrame(strap.broadcast(0));
      expect((frame.beatTicks - ticks) & 0xffff).toBe(512);
      expect(frame.specific[1]! | (frame.specific[2]! << 8)).toBe(ticks);
      expect(frame.beatCount).toBe((n + 1) % 256);
      if (frame.beatTicks < ticks) wraps++;
      ticks = frame.beatTicks;
    }
    expect(wraps).toBe(10);
  });
});

describe('BleHeartRateStrap', () => {
  it('notifies the intervals since the last notification', () => {
    const strap = new BleHeartRateStrap();
    for (const atMs of [0, 500, 1000]) strap.onBeat(beatAt(atMs));
    expect(hex(strap.notification())).toBe('163c00020002');
    expect(hex(strap.notification())).toBe('063c');
  });

  it('keeps nothing over a loss of contact or connection', () => {
    const strap = new BleHeartRateStrap();
    for (const atMs of [0, 500]) strap.onBeat(beatAt(atMs));
    expect(hex(strap.notificationWithoutContact())).toBe('0400');
    strap.onBeat(beatAt(5000));
    expect(hex(strap.notification())).toBe('063c');
  });
});
