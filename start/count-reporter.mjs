/** A Jest reporter that leaves the counts of the whole run in the file that `TEST_COUNTS_FILE` names. */
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  /** @param {unknown} _contexts @param {import('@jest/reporters').AggregatedResult} results */
  onRunComplete(_contexts, results) {
    const counts = countsOf(results);
    if (process.env.TEST_COUNTS_FILE) writeFileSync(process.env.TEST_COUNTS_FILE, JSON.stringify(counts));
  }
}

/** A suite that cannot run counts as one failed test; what is pending or to do counts as skipped. */
export function countsOf(results) {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
