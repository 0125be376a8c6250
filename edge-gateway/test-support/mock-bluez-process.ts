/**
 * `node mock-bluez-process.js unix:path=…`: the mock as a process of its own, that can be measured, stopped and killed.
 * Takes lines of JSON, `["addStrap", {"address": "…"}]`, and answers each with one: `{"result": …}` or `{"error": "…"}`; the first says `{"result": "ready"}`.
 */
import { createInterface } from 'node:readline';
import { startMockBluez } from './mock-bluez.js';

const say = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const [busAddress = ''] = process.argv.slice(2);
const mock = await startMockBluez(busAddress);
say({ result: 'ready' });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const [method, ...values] = JSON.parse(line);
    say({ result: mock[method as 'report'](...(values as [])) ?? null });
  } catch (error) {
    say({ error: (error as Error).message });
  }
}
mock.close();
