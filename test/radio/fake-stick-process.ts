/** Loaded into a gateway before its main: an ANT stick whose broadcasts come from the test through a socket, each with its length in a byte before it. */
import { connect } from 'node:net';
import { FakeStick, replaceUsbBus } from '@pulseboard/edge-gateway/test-support/fake-usb';

replaceUsbBus();
const stick = new FakeStick();
stick.plug();

let rest: Buffer = Buffer.alloc(0);
const feed = connect(Number(process.env.FAKE_STICK_PORT), '127.0.0.1');
feed.unref();
feed.on('error', () => {});
feed.on('data', (data) => {
  rest = Buffer.concat([rest, data]);
  while (rest.length > 0 && rest.length > rest[0]!) {
    stick.broadcast(rest.subarray(1, 1 + rest[0]!));
    rest = rest.subarray(1 + rest[0]!);
  }
});
// The test feeds it from when it hears.
const untilScanning = setInterval(() => {
  if (!stick.isScanning) return;
  clearInterval(untilScanning);
  feed.write('scanning\n');
}, 20).unref();
