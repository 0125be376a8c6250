/** What a person sees while something takes long, on stderr: a line that counts seconds on a terminal, plain lines elsewhere. */

const TICK_MS = 1000;
const PLAIN_REMINDER_MS = 30_000;

/**
 * @param {string} label what is being done
 * @param {{ stream?: { isTTY?: boolean, write(text: string): unknown }, now?: () => number }} [options]
 * @returns {{ end(outcome: string): void }} `end` says how it went and how long it took
 */
export function startProgress(label, { stream = process.stderr, now = Date.now } = {}) {
  const began = now();
  const seconds = () => Math.round((now() - began) / 1000);
  const live = stream.isTTY === true;
  stream.write(live ? `${label} …` : `${label} …\n`);
  const timer = setInterval(
    () => stream.write(live ? `\r\x1b[2K${label} … ${seconds()} s` : `${label} … ${seconds()} s\n`),
    live ? TICK_MS : PLAIN_REMINDER_MS,
  );
  timer.unref?.();
  return {
    end(outcome) {
      clearInterval(timer);
      stream.write(`${live ? '\r\x1b[2K' : ''}${label}: ${outcome} after ${seconds()} s\n`);
    },
  };
}
