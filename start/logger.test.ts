import { stripVTControlCharacters } from 'node:util';
import { pino } from 'pino';
import { asText } from './logger.js';

function logged(write: (log: ReturnType<typeof pino>) => void, colours = false): string {
  let text = '';
  write(pino({ base: null }, asText({ write: (line) => (text += line) }, colours)).child({ part: 'gateway' }));
  return text;
}

test('a line to read: time, level, part, sentence, and what else is known', () => {
  expect(logged((log) => log.warn('The broker is away.'))).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: gateway: The broker is away\.\n$/);
  expect(logged((log) => log.info({ readings: 4, err: 'closed' }, 'waiting'))).toMatch(
    /^\[.*\] INFO: gateway: waiting \{"readings":4,"err":"closed"\}\n$/,
  );
});

test('colours only where they are wanted', () => {
  const write = (log: ReturnType<typeof pino>) => log.error('x');
  expect(stripVTControlCharacters(logged(write, true))).toBe(logged(write));
  expect(logged(write, true)).not.toBe(logged(write));
});

test('what others named is not obeyed by the terminal', () => {
  const text = logged((log) => log.warn({ file: '\u001b[2J' }, 'bad \u001b[2J\u009b2J\rname'));
  expect([...'\u001b\u009b\r'].filter((control) => text.includes(control))).toEqual([]);
});
