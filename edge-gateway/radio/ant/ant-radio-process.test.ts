import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);

/** Runs it as a process of its own, which has to end by itself. @returns what it printed */
async function run(script: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env }, timeout: 60_000 });
  return stdout;
}

test('with the timers of the process: hears, wakes a stick that hangs, hears it after a replug, closes, and the process ends by itself', async () => {
  const printed = await run(`
    import { createAntRadio } from ${url('./ant-radio.js')};
    import { FakeStick, replaceUsbBus } from ${url('../../test-support/fake-usb.js')};
    const frame = Buffer.from('a40e4e0284ffa5e2a5e6ca3c8052627871d6', 'hex');
    replaceUsbBus();
    const stick = new FakeStick();
    stick.plug();
    const room = setInterval(() => stick.broadcast(frame), 5);
    const radio = createAntRadio({ clock: () => Math.floor(performance.now()), silentAfterMs: 200, answerWithinMs: 200, minBackOffMs: 10 });
    let heard = () => {};
    radio.start(() => heard());
    const hears = () => new Promise((resolve) => { heard = resolve; });
    await hears();
    stick.freeze();
    await hears();
    stick.unplug();
    stick.plug();
    await hears();
    clearInterval(room);
    await radio.close();
    console.log(radio.receivers()[0].restarts >= 2, stick.counts.resets >= 2, stick.counts.opens - stick.counts.closes);
  `);
  expect(printed).toBe('true true 0\n');
});

test('without the native part of the USB library there is no stick, and it says so', async () => {
  const printed = await run(
    `
    import { createAntRadio } from ${url('./ant-radio.js')};
    import { inspectAntSticks } from ${url('./inspect-ant-sticks.js')};
    const radio = createAntRadio({ clock: () => 0 });
    radio.start(() => {});
    console.log((await inspectAntSticks()).fault);
    console.log(JSON.stringify(radio.receivers()));
    await radio.close();
  `,
    { NODE_USB_PATH: '/there/is/none' },
  );
  const [inspected, receivers] = printed.split('\n');
  expect(inspected).toMatch(/^USB cannot be used on this machine: install libudev1.*\(.*\)$/);
  expect(JSON.parse(receivers!)).toEqual([{ radio: 'ant', state: 'absent', fault: inspected, badFrames: 0, restarts: 0 }]);
});
