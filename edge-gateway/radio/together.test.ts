import type { RadioEvent, RadioSource, ReceiverState } from './radio-source.js';
import { together } from './together.js';

const receiver = (radio: string, state: ReceiverState['state']): ReceiverState => ({ radio, state, badFrames: 0, restarts: 0 });

function source(name: string, ...receivers: ReceiverState[]) {
  const radio = {
    name,
    isClosed: false,
    hand: (_: RadioEvent) => {},
    start(onEvent: (event: RadioEvent) => void) {
      radio.hand = onEvent;
    },
    receivers: () => receivers,
    async close() {
      radio.isClosed = true;
    },
  };
  return radio satisfies RadioSource;
}

const frame = { kind: 'ant-frame', at: 1, bytes: new Uint8Array([1]) } as const;

test('events of all come through, each with the name of its receiver', () => {
  const ant = source('ant', receiver('ant', 'absent'));
  const ble = source('ble', receiver('ble hci0', 'searching'));
  const heard: RadioEvent[] = [];
  const both = together([ant, ble], false);
  both.start((event) => heard.push(event));
  ant.hand({ ...frame, radio: 'ant 1-1.4' });
  ble.hand(frame);
  expect(both.name).toBe('ant,ble');
  expect(heard.map(({ radio }) => radio)).toEqual(['ant 1-1.4', 'ble']);
});

const nothingThere = [receiver('ant', 'absent'), receiver('ble', 'absent')] as const;
const adapter = receiver('ble hci0', 'searching');
const pulled = receiver('ant 1-1.4', 'absent');

test.each([
  ['asked for both: what is missing is listed', false, nothingThere[0], adapter, ['ant', 'ble hci0']],
  ['auto: what never was there is not', true, nothingThere[0], adapter, ['ble hci0']],
  ['auto: what was pulled is', true, pulled, adapter, ['ant 1-1.4', 'ble hci0']],
  ['auto: with nothing there, both are', true, ...nothingThere, ['ant', 'ble']],
] as const)('%s', (_, onlyFound, ofAnt, ofBle, listed) => {
  const all = together([source('ant', ofAnt), source('ble', ofBle)], onlyFound);
  expect(all.receivers().map(({ radio }) => radio)).toEqual(listed);
});

test('closes all', async () => {
  const radios = [source('ant', receiver('ant', 'absent')), source('ble', receiver('ble', 'absent'))];
  await together(radios, true).close();
  expect(radios.map(({ isClosed }) => isClosed)).toEqual([true, true]);
});
