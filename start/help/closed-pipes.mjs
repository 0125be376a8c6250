/** `npm run gateway -- doctor | head` closes our standard output while we still write. That is no fault: what nobody reads is not written. */

/** @type {Promise<void> | undefined} */
let closed;

/**
 * From now on a closed standard output or standard error ends nothing by itself.
 * @returns {Promise<void>} resolves when nobody reads standard output any more
 */
export function ignoreClosedPipes() {
  closed ??= new Promise((resolve) => {
    let isReported = false;
    for (const stream of [process.stdout, process.stderr])
      stream.on('error', (error) => {
        if (stream === process.stderr) return;
        if (error.code === 'EPIPE' || error.code === 'EIO') {
          // Nobody reads it: the pipe is closed, or the terminal is gone.
          resolve();
          return;
        }
        if (!isReported) process.stderr.write(`Standard output takes no more: ${error.message}.\n`);
        isReported = true;
        process.exitCode = 1;
      });
  });
  return closed;
}
