import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storedClientId } from './stored-client-id.js';

const names = { gym: 'demo', gateway: 'gateway-1' };
const newPath = () => join(mkdtempSync(join(tmpdir(), 'pulseboard-client-id-')), 'spool', 'client-id');

test('a gateway has the same client id after each restart', () => {
  const path = newPath();
  const reports: string[] = [];
  const id = (random: string) => storedClientId(path, names, random, (sentence) => reports.push(sentence));
  expect(id('0badcafe')).toBe('pulseboard-gateway-demo-gateway-1-0badcafe');
  expect(id('11111111')).toBe('pulseboard-gateway-demo-gateway-1-0badcafe');
  expect(reports).toEqual([]);
});

test.each(['', 'rubbish', '0badcaf', '0badcafe0', '\0'.repeat(8), '{"id":"0badcafe"}'])(
  'a damaged file %j is reported and replaced',
  (text) => {
    const path = newPath();
    const reports: string[] = [];
    storedClientId(path, names, '0badcafe', (sentence) => reports.push(sentence));
    writeFileSync(path, text);
    expect(storedClientId(path, names, '11111111', (sentence) => reports.push(sentence))).toBe(
      'pulseboard-gateway-demo-gateway-1-11111111',
    );
    expect(reports).toEqual([expect.stringContaining('is damaged')]);
    expect(readFileSync(path, 'utf8')).toBe('11111111\n');
  },
);

test('a file that cannot be written is reported, and the gateway goes on', () => {
  const blocked = newPath();
  storedClientId(blocked, names, '0badcafe', () => {});
  const reports: string[] = [];
  expect(storedClientId(join(blocked, 'client-id'), names, '11111111', (sentence) => reports.push(sentence))).toMatch(/-11111111$/);
  expect(reports).toContainEqual(expect.stringContaining('cannot be written'));
});

test('a client id is never longer than 63 characters, nor with a second random part', () => {
  const id = storedClientId(newPath(), { gym: 'g'.repeat(63), gateway: 'w'.repeat(63) }, '0badcafe', () => {});
  expect(id).toMatch(/-0badcafe$/);
  expect(`${id}-11111111`.length).toBeLessThanOrEqual(63);
});
