import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whole or not at all. @param durable it also survives a power cut that comes right after. @throws what the file system throws */
export function replaceFile(path: string, text: string, durable: boolean): void {
  writeFileSync(`${path}.new`, text, { flush: durable });
  renameSync(`${path}.new`, path);
  if (durable) syncFolder(dirname(path));
}

/** It survives a power cut, too. @throws what the file system throws */
export function makeFolder(path: string): void {
  if (mkdirSync(path, { recursive: true })) syncFolder(dirname(path));
}

/** A new name in a folder survives a power cut only when the folder is synced too. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
