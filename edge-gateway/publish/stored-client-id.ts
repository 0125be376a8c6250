import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { clientIdOf, type GatewayParams, isRandomPart } from '@pulseboard/contract';
import { replaceFile } from '../replace-file.js';

export const CLIENT_ID_FILE = 'client-id';

/**
 * The client id of this gateway, the same after each restart while the file is there. A disk that takes nothing costs the stable id only.
 * @param path of the file that keeps the random part
 * @param random 8 hexadecimal digits, for a file that is missing or damaged
 */
export function storedClientId(
  path: string,
  { gym, gateway }: Pick<GatewayParams, 'gym' | 'gateway'>,
  random: string,
  report: (sentence: string) => void,
): string {
  return clientIdOf('gateway', [gym, gateway], storedRandomPart(path, report) ?? keep(path, random, report));
}

function storedRandomPart(path: string, report: (sentence: string) => void): string | undefined {
  try {
    const stored = readFileSync(path, 'utf8').trim();
    if (isRandomPart(stored)) return stored;
    report(`${path} is damaged; it is replaced, and the gateway gets another client id.`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') report(`${path} cannot be read (${code ?? message}); the gateway gets another client id.`);
  }
  return undefined;
}

function keep(path: string, random: string, report: (sentence: string) => void): string {
  try {
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, `${random}\n`, true);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    report(`${path} cannot be written (${code ?? message}); the gateway gets another client id at its next start.`);
  }
  return random;
}
