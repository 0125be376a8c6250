import { type Board, createParser, type MemberSecond, type Parser } from '@pulseboard/contract';

/** What `GET /api/v1/health` answers, as far as tests look at it. */
export interface Health {
  status: string;
  broker: string;
  store: string;
  storeFault?: string;
  problems: { code: string; sentence: string; stopsData: boolean }[];
  registry: string;
  epoch: number;
  now: number;
  uptimeS: number;
  derivedUntil: number;
  readings: { received: number; stored: number; deadLettered: number; duplicate: number; turnedAway: number; waiting: number };
  refusedBatches: number;
  failedFlushes: number;
}

export interface MemberHeartRate {
  member: string;
  seconds: number;
  meanBpm?: number;
  minBpm?: number;
  maxBpm?: number;
  perSecond: MemberSecond[];
  nextFrom?: number;
}

/** @throws Error with the answer when it is no 200 */
export async function get<T>(url: string, path: string): Promise<T> {
  const response = await fetch(`${url}${path}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

export const health = (url: string): Promise<Health> => get(url, '/api/v1/health');
export const board = (url: string, gym = 'demo', room = 'main'): Promise<Board> => get(url, `/api/v1/rooms/${gym}/${room}/board`);

/** @param query times in UTC ms, `from` included, `to` not */
export function memberHeartRate(
  url: string,
  member: string,
  query: { from?: number; to?: number; gym?: string } = {},
): Promise<MemberHeartRate> {
  const parameters = new URLSearchParams({ limit: '86400' });
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  return get(url, `/api/v1/members/${member}/heart-rate?${parameters}`);
}

/** The schema that the OpenAPI document gives for the answer of a path. */
export async function answerParser(url: string, path: string): Promise<Parser<unknown>> {
  type Operation = { responses: { 200: { content: { 'application/json': { schema: object } } } } };
  const document = await get<{ paths: Record<string, { get: Operation }> }>(url, '/api/docs-json');
  const operation = document.paths[path]?.get;
  if (!operation) throw new Error(`The OpenAPI document has no ${path}, only ${Object.keys(document.paths).join(', ')}`);
  return createParser(operation.responses[200].content['application/json'].schema as never, path) as Parser<unknown>;
}
