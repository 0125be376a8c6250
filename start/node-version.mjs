/**
 * The first thing that runs, so it must parse on any Node that knows modules: no syntax newer than Node 12, no `node:` imports.
 */

/**
 * @param {string} version as in `process.versions.node`
 * @returns {boolean} whether it satisfies `^20.19.0 || >=22.12.0`
 */
export function isSupportedNode(version) {
  const parts = version.split('.');
  const major = Number(parts[0]);
  const minor = Number(parts[1]);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

/** Ends the process with one sentence when this Node is too old. */
export function requireSupportedNode() {
  if (isSupportedNode(process.versions.node)) return;
  process.stderr.write(
    'Pulseboard needs Node.js 20.19 or newer of the 20 line, or 22.12 or newer; this is ' +
      process.versions.node +
      ': install a current Node.js LTS and start again.\n',
  );
  process.exit(1);
}
