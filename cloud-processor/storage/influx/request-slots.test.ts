import { setImmediate as turn } from 'node:timers/promises';
import { type Lane, RequestSlots } from './request-slots.js';

/** Requests that are answered on demand. */
function held(slots: RequestSlots) {
  const answers = new Map<string, () => void>();
  const ask = (name: string, lane: Lane) =>
    slots.take(lane, () => new Promise<void>((resolve) => answers.set(name, resolve))).then(() => void answers.delete(name));
  return { ask, answers, inFlight: () => [...answers.keys()] };
}

test('at most four are in flight, three of them questions; flushes go first', async () => {
  const slots = new RequestSlots();
  const { ask, answers, inFlight } = held(slots);
  const all = [...['r1', 'r2', 'r3', 'r4', 'r5'].map((name) => ask(name, 'read')), ...['w1', 'w2', 'w3'].map((name) => ask(name, 'write'))];
  await turn();
  expect(inFlight()).toEqual(['r1', 'r2', 'r3', 'w1']);
  for (const [answered, now] of [
    ['r1', ['r2', 'r3', 'w1', 'w2']],
    ['w1', ['r2', 'r3', 'w2', 'w3']],
    ['w2', ['r2', 'r3', 'w3', 'r4']],
    ['w3', ['r2', 'r3', 'r4']],
    ['r2', ['r3', 'r4', 'r5']],
  ] as const) {
    answers.get(answered)!();
    await turn();
    expect(inFlight()).toEqual(now);
    expect(slots.inFlight).toBe(now.length);
  }
  for (const answer of answers.values()) answer();
  await Promise.all(all);
  expect(slots.inFlight).toBe(0);
});

test('a request that fails frees its slot', async () => {
  const slots = new RequestSlots();
  for (let n = 0; n < 9; n++) await expect(slots.take('write', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.take('write', async () => 'yes')).toBe('yes');
});

test('the queue has an end', async () => {
  const slots = new RequestSlots();
  const { ask, answers } = held(slots);
  const asked = Array.from({ length: 503 }, (_, n) => ask(`r${n}`, 'read'));
  await expect(slots.take('read', async () => {})).rejects.toThrow('InfluxDB is asked faster than it answers: 500 requests wait');
  while (answers.size > 0) {
    for (const answer of answers.values()) answer();
    await turn();
  }
  await Promise.all(asked);
});
