/**
 * `node healthcheck.mjs <url>`: exit code 0 when it answers 200, else 1, with what it said. For health checks of containers: their images have no curl.
 */
const TIMEOUT_MS = 4000;

try {
  const response = await fetch(process.argv[2], { signal: AbortSignal.timeout(TIMEOUT_MS) });
  process.stdout.write(await response.text());
  process.exitCode = response.status === 200 ? 0 : 1;
} catch (error) {
  process.stdout.write(`${process.argv[2]} does not answer: ${error.cause?.message || error.message}\n`);
  process.exitCode = 1;
}
