import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsError, UserFacingError } from '@pulseboard/contract';
import { sentences } from './lifecycle.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pulseboard-faults-'));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'circle'), join(folder, 'circle'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const faultOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing went wrong');
};

test.each<[string, (at: string) => unknown, string]>([
  ['file/below', (path) => readFileSync(path), 'a part of its path is a file, not a folder (ENOTDIR)'],
  ['nobody', (path) => readFileSync(path), 'there is no such file or folder (ENOENT)'],
  ['.', (path) => openSync(path, 'a'), 'it is a folder, not a file (EISDIR)'],
  ['circle', (path) => openSync(path, 'a'), 'its symbolic links lead in a circle (ELOOP)'],
  ['x'.repeat(300), (path) => mkdirSync(path), 'the name is too long (ENAMETOOLONG)'],
  ['file', (path) => mkdirSync(path), 'it is there already (EEXIST)'],
])('%s: one sentence, also where no place has written one of its own', (name, work, why) => {
  const path = join(folder, name);
  expect(sentences(faultOf(() => work(path)))).toEqual([`${path} cannot be used: ${why}.`]);
});

test.each(['EACCES', 'EPERM', 'ENOSPC', 'EROFS', 'EMFILE'])('%s has words', (code) => {
  const error = Object.assign(new Error(`${code}: write`), { code, syscall: 'write' });
  expect(sentences(error)).toEqual([expect.stringMatching(new RegExp(`^A file cannot be used \\(write\\): [a-z -]+ \\(${code}\\)\\.$`))]);
});

test('errors for people are their message, of settings all of them, ours show where they happened', () => {
  class Known extends UserFacingError {
    readonly code = 'KNOWN';
  }
  expect(sentences(new Known('Do this.'))).toEqual(['Do this.']);
  expect(sentences(new SettingsError(['one.', 'two.']))).toEqual(['one.', 'two.']);
  expect(sentences(new TypeError('ours'))).toEqual([expect.stringMatching(/TypeError: ours\n\s+at /)]);
});
