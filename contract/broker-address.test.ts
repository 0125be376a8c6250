import { withoutPassword } from './broker-address.js';

test.each([
  ['mqtt://127.0.0.1:1883', 'mqtt://127.0.0.1:1883'],
  ['mqtts://gateway-1:secret@broker.example', 'mqtts://broker.example'],
  ['wss://user@broker.example/mqtt?token=secret', 'wss://broker.example'],
  ['mqtt://user:se/cret@broker', 'the broker'],
])('%s', (brokerUrl, shown) => expect(withoutPassword(brokerUrl)).toBe(shown));
