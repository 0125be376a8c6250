import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../replace-file.js';

/** What cannot be ours goes here: nothing is deleted that somebody may still want. */
export const SET_ASIDE_FOLDER = 'set-aside';
const MAX_KEPT = 1000;

/** @param path of a file or a folder. @throws what the file system throws */
export function moveAside(folder: string, path: string, name: string): void {
  const to = join(folder, SET_ASIDE_FOLDER);
  mkdirSync(to, { recursive: true });
  const taken = new Set(readdirSync(to));
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
  renameSync(path, join(to, free));
}

/** Keeps something for people, as long as not too much is kept already. @returns its path, or undefined when it could not be kept */
export function keepAside(folder: string, name: string, text: string): string | undefined {
  const to = join(folder, SET_ASIDE_FOLDER);
  try {
    mkdirSync(to, { recursive: true });
    if (readdirSync(to).length >= MAX_KEPT) return undefined;
    const path = join(to, name);
    replaceFile(path, text, false);
    return path;
  } catch {
    return undefined;
  }
}
