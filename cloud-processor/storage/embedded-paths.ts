import { join } from 'node:path';

/** Where the embedded stores lie in a data folder. */
export const storePath = (dataDir: string): string => join(dataDir, 'pulseboard.duckdb');
export const registryPath = (dataDir: string): string => join(dataDir, 'registry');
