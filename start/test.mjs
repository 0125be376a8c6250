/**
 * `npm test [-- pattern or Jest options]`: installs and builds what is missing, runs every test,
 * (`PULSEBOARD_TEST_INSTALL=no`: without the programs that some tests need) and ends with `N passed, N failed, N skipped` alone on a line.
 */
import { requireSupportedNode } from './node-version.mjs';

requireSupportedNode();

async function main(args) {
  const { prepare, root } = await import('./prepare.mjs');
  await prepare({ leaderboard: true });
  const { provideTools } = await import('./test-tools.mjs');
  const { CI = '', PULSEBOARD_TEST_INSTALL = '' } = process.env;
  const tools = await provideTools({ ci: /^(true|1)$/i.test(CI), mayInstall: !/^(no|false|0)$/i.test(PULSEBOARD_TEST_INSTALL) });
  const { runJest } = await import('./run-jest.mjs');
  const { passed, failed, skipped, code } = await runJest({ root, args, tools });
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed > 0 || passed + skipped === 0 ? 1 : code;
}

main(process.argv.slice(2));
