import { createHash } from 'node:crypto';

/**
 * How the processor names a batch that it cannot read: SHA-256, hexadecimal. Not in the index: a browser has no node:crypto.
 * @param payload the very bytes that were sent, or their text
 */
export const batchName = (payload: string | Uint8Array): string => createHash('sha256').update(payload).digest('hex');
