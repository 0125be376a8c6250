import fc from 'fast-check';
import { encodeFrame, FrameKind, HEADER_BYTES, scanFrames } from './frame.js';

const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
const segment = (list: Uint8Array[]) => list.map((payload, i) => encodeFrame(FrameKind.reading, i + 1, payload));
const numbersOf = (bytes: Buffer) => scanFrames(bytes).frames.map(({ number }) => number);

test('what was written is read', () => {
  fc.assert(
    fc.property(payloads, fc.integer({ min: 0, max: 2 ** 48 - 20 }), (list, base) => {
      const bytes = Buffer.concat(list.map((payload, i) => encodeFrame(FrameKind.reading, base + i, payload)));
      const { frames, end, damagedBytes } = scanFrames(bytes);
      expect(frames.map(({ number, payload }) => [number, Buffer.from(payload).toString('hex')])).toEqual(
        list.map((payload, i) => [base + i, Buffer.from(payload).toString('hex')]),
      );
      expect([end, damagedBytes]).toEqual([bytes.length, 0]);
    }),
  );
});

test('cut anywhere, the whole frames before the cut are read, and nothing else', () => {
  fc.assert(
    fc.property(payloads, fc.nat(), (list, at) => {
      const frames = segment(list);
      const bytes = Buffer.concat(frames);
      const cut = bytes.length ? at % (bytes.length + 1) : 0;
      let whole = 0;
      let length = 0;
      while (whole < frames.length && length + frames[whole]!.length <= cut) length += frames[whole++]!.length;
      const scan = scanFrames(bytes.subarray(0, cut));
      expect(scan.frames.map(({ number }) => number)).toEqual(Array.from({ length: whole }, (_, i) => i + 1));
      expect([scan.end, scan.damagedBytes]).toEqual([length, cut - length]);
    }),
  );
});

test('a damaged byte costs its frame only', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (list, at, flip) => {
        const frames = segment(list);
        const bytes = Buffer.concat(frames);
        const where = at % bytes.length;
        bytes[where]! ^= flip;
        let hit = 0;
        for (let end = frames[0]!.length; end <= where; end += frames[++hit]!.length);
        const expected = list.map((_, i) => i + 1).filter((n) => n !== hit + 1);
        expect(numbersOf(bytes)).toEqual(expected);
      },
    ),
  );
});

test('any bytes are frames and damage, never an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const { frames, damagedBytes } = scanFrames(Buffer.from(bytes));
      expect(frames.reduce((sum, { payload }) => sum + HEADER_BYTES + payload.length, 0) + damagedBytes).toBe(bytes.length);
    }),
  );
});

test('an endless length is damage', () => {
  const frame = encodeFrame(FrameKind.reading, 1, Buffer.from('x'));
  frame.writeUInt32LE(0xffffffff, 4);
  expect(numbersOf(Buffer.concat([frame, encodeFrame(FrameKind.reading, 2, Buffer.from('y'))]))).toEqual([2]);
});
