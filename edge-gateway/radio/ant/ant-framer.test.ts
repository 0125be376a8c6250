import fc from 'fast-check';
import { AntFramer } from './ant-framer.js';
import { encodeAntMessage, MAX_MESSAGE_LENGTH, MAX_PAYLOAD_LENGTH, SYNC } from './ant-message.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Real frames of one strap. */
const first = 'a40e4e0284ffa5e2a5e6ca3c8052627871d6';
const second = 'a40e4e0204ffa5e6a5eacb3c80526278715f';

test.each<[string, string[], string[], number]>([
  ['a message', [first], [first], 0],
  ['two in one piece', [first + second], [first, second], 0],
  ['one in two pieces', [first.slice(0, 10), first.slice(10)], [first], 0],
  ['cut after its sync byte', ['a4', first.slice(2)], [first], 0],
  ['byte by byte', first.match(/../g)!, [first], 0],
  ['nothing', ['', ''], [], 0],
  ['rubbish before and after', [`0000${first}ff17`, second], [first, second], 2],
  ['a wrong checksum', [first.replace(/d6$/, 'd7') + second], [second], 1],
  ['two wrong checksums in a row', [first.replace(/d6$/, 'd7') + second.replace(/5f$/, '00') + first], [first], 2],
  ['a message whose end is missing', [first.slice(0, 20) + second], [second], 1],
  ['a message whose beginning is missing', [first.slice(8) + second], [second], 1],
  ['sync bytes only', [`a4a4a4${first}`], [first], 1],
  ['a length that no message has', [`a4ff4e${first}`], [first], 1],
  ['a length of 0', [`a4004ea4${first}`], [first], 1],
  ['rubbish, and again rubbish behind a message', [`00${first}00${second}00`], [first, second], 3],
])('%s', (_, pieces, expected, badFrames) => {
  const framer = new AntFramer();
  expect(pieces.flatMap((piece) => framer.push(bytes(piece))).map(hex)).toEqual(expected);
  expect(framer.badFrames).toBe(badFrames);
});

test('a message that is not whole is no bad frame yet', () => {
  const framer = new AntFramer();
  expect(framer.push(bytes(first.slice(0, 20)))).toEqual([]);
  expect(framer.badFrames).toBe(0);
});

test('messages have bytes of their own: the USB library may use its buffer again', () => {
  const framer = new AntFramer();
  const chunk = Buffer.from(first + second.slice(0, 8), 'hex');
  const [message] = framer.push(chunk);
  chunk.fill(0xee);
  expect(message).not.toBeInstanceOf(Buffer);
  expect(hex(message!)).toBe(first);
  expect(framer.push(bytes(second.slice(8))).map(hex)).toEqual([second]);
});

/** Every message is another one, so that each can be found again. */
const messageOf = (serial: number, payload: number[]): Uint8Array =>
  encodeAntMessage(0x4e, [serial & 0xff, serial >> 8, ...payload].slice(0, MAX_PAYLOAD_LENGTH));

type Piece = { message: Uint8Array } | { rubbish: Uint8Array };
const anyByte = fc.integer({ min: 0, max: 255 });
/** Rich in what looks like the beginning of a message. */
const rubbishByte = fc.oneof(anyByte, fc.constant(SYNC), fc.constantFrom(1, 3, 9, 14, 41, 42, 255));
const message = fc.record({ serial: fc.integer({ min: 0, max: 0xffff }), payload: fc.array(anyByte, { maxLength: MAX_PAYLOAD_LENGTH }) });

function toPieces(
  parts: readonly { serial: number; payload: number[]; rubbish: number[]; damage: 'none' | 'cut' | 'flip'; at: number }[],
): Piece[] {
  return parts.flatMap(({ serial, payload, rubbish, damage, at }, i) => {
    const whole = messageOf((serial & 0xff00) | (i & 0xff), payload);
    const place = at % whole.length;
    const spoilt = damage === 'cut' ? whole.slice(0, place) : whole.map((byte, k) => (k === place ? byte ^ 0x10 : byte));
    return [{ rubbish: Uint8Array.from(rubbish) }, damage === 'none' ? { message: whole } : { rubbish: spoilt }];
  });
}
const pieces = (byte: fc.Arbitrary<number>, damages: readonly ('none' | 'cut' | 'flip')[]) =>
  fc
    .array(
      message.chain((m) =>
        fc.record({
          serial: fc.constant(m.serial),
          payload: fc.constant(m.payload),
          rubbish: fc.array(byte, { maxLength: 60 }),
          damage: fc.constantFrom(...damages),
          at: fc.nat(),
        }),
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map(toPieces);

const stream = (parts: readonly Piece[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...('message' in part ? part.message : part.rubbish)]));
const cutUp = (whole: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return places.slice(1).map((to, i) => whole.slice(places[i], to));
};
const flush = new Uint8Array(MAX_MESSAGE_LENGTH);

/** Whether the bytes from there on are a message by the wire format alone. @returns its length, or 0 */
function isMessageAt(whole: Uint8Array, from: number): number {
  const length = whole[from + 1]! + 4;
  if (whole[from] !== SYNC || length < 5 || length > MAX_MESSAGE_LENGTH || from + length > whole.length) return 0;
  return whole.slice(from, from + length).reduce((xor, byte) => xor ^ byte, 0) === 0 ? length : 0;
}

test('no message is lost to what came before it, save to rubbish that is by chance a message and reaches into it', () => {
  let lostToChance = 0;
  fc.assert(
    fc.property(pieces(rubbishByte, ['none', 'none', 'none', 'cut', 'flip']), fc.array(fc.nat(), { maxLength: 20 }), (parts, cuts) => {
      const whole = Uint8Array.from([...stream(parts), ...flush]);
      const framer = new AntFramer();
      const out = new Set(cutUp(whole, cuts).flatMap((chunk) => framer.push(chunk).map(hex)));
      let at = 0;
      for (const part of parts) {
        if ('message' in part && !out.has(hex(part.message))) {
          const before = Array.from({ length: MAX_MESSAGE_LENGTH }, (_, i) => at - 1 - i).filter((from) => from >= 0);
          expect(before.some((from) => from + isMessageAt(whole, from) > at)).toBe(true);
          lostToChance++;
        }
        at += 'message' in part ? part.message.length : part.rubbish.length;
      }
    }),
    { numRuns: 500 },
  );
  expect(lostToChance).toBeLessThan(100);
});

test('what comes out is valid, in order, and does not depend on how the bytes were cut up', () => {
  fc.assert(
    fc.property(pieces(rubbishByte, ['none', 'cut', 'flip']), fc.array(fc.nat(), { maxLength: 20 }), (parts, cuts) => {
      const whole = stream(parts);
      const inOne = new AntFramer();
      const inPieces = new AntFramer();
      const out = inOne.push(whole).map(hex);
      expect(cutUp(whole, cuts).flatMap((chunk) => inPieces.push(chunk).map(hex))).toEqual(out);
      expect(inPieces.badFrames).toBe(inOne.badFrames);
      let at = 0;
      for (const text of out) {
        at = Buffer.from(whole).indexOf(text, at, 'hex');
        expect(at).toBeGreaterThanOrEqual(0);
        expect(isMessageAt(whole, at)).toBe(text.length / 2);
        at += text.length / 2;
      }
    }),
  );
});

test('rubbish without a sync byte costs no message, and holds none back', () => {
  fc.assert(
    fc.property(
      pieces(
        anyByte.filter((byte) => byte !== SYNC),
        ['none'],
      ),
      (parts) => {
        const framer = new AntFramer();
        for (const part of parts) {
          if ('message' in part) expect(framer.push(part.message).map(hex)).toEqual([hex(part.message)]);
          else expect(framer.push(part.rubbish)).toEqual([]);
        }
      },
    ),
  );
});

test('a message waits for an unfinished candidate no longer than until 45 bytes from its own first one are in', () => {
  fc.assert(
    fc.property(pieces(rubbishByte, ['none', 'cut']), (parts) => {
      const whole = Uint8Array.from([...stream(parts), ...flush]);
      const framer = new AntFramer();
      let end = 0;
      for (let i = 0; i < whole.length; i++) {
        for (const out of framer.push(whole.subarray(i, i + 1))) {
          const from = Buffer.from(whole).indexOf(out, end);
          expect(i - from).toBeLessThan(MAX_MESSAGE_LENGTH);
          end = from + out.length;
        }
      }
    }),
  );
});
