/** What can be wrong with a lock file although `npm ci` works on this machine. Pure: text in, sentences out. */

const PLATFORMS = [
  ['linux', 'x64'],
  ['linux', 'arm64'],
  ['darwin', 'arm64'],
];
const PLATFORM_WORD = /(^|[-/])(linux|darwin|win32)-/;

/** Packages whose next version may change what is stored, sent or shown: taken on purpose only. */
const EXACT = /^(aedes|mqtt|ws|typebox|@nestjs\/.+|@duckdb\/node-api|@electric-sql\/pglite|pg)$/;

/**
 * @param {string} text package-lock.json
 * @returns {string[]} one sentence for each fault
 */
export function lockFaults(text) {
  const { packages } = JSON.parse(text);
  return [
    ...addressFaults(text),
    ...checksumFaults(packages),
    ...Object.entries(packages).flatMap(([path, entry]) => platformFaults(packages, path, entry)),
  ];
}

function addressFaults(text) {
  return text.split('\n').flatMap((line, index) => {
    const where = `package-lock.json:${index + 1}`;
    const value = /"resolved": "([^"]*)"/.exec(line)?.[1];
    if (value && /^[a-z+]+:\/\/|^git/.test(value))
      return [`${where} names where a package was downloaded from (${value}): npm needs omit-lockfile-registry-resolved=true.`];
    if (/"(file:)?(\/|[A-Za-z]:[\\/])[^"]*"/.test(line)) return [`${where} holds a path of one machine: ${line.trim()}`];
    return [];
  });
}

/** Without a checksum npm takes whatever the registry answers. An optional binary without one is named by its owner. */
function checksumFaults(packages) {
  return Object.entries(packages)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link && !entry.optional && !(entry.version && entry.integrity))
    .map(([path]) => `package-lock.json has no version and checksum of ${path}.`);
}

/** A package with optional binaries must name each of ours, with a checksum: npm drops those that were not there when the lock was made. */
function platformFaults(packages, path, entry) {
  const binaries = Object.keys(entry.optionalDependencies ?? {}).filter((name) => PLATFORM_WORD.test(name));
  if (binaries.length === 0) return [];
  return PLATFORMS.flatMap(([os, cpu]) => {
    const complete = binaries
      .filter((name) => isFor(name, os, cpu))
      .map(
        (name) =>
          packages[`${path}/node_modules/${name}`] ??
          packages[`${path.slice(0, path.lastIndexOf('node_modules/'))}node_modules/${name}`] ??
          packages[`node_modules/${name}`],
      )
      .some((binary) => binary?.version && binary.integrity);
    return complete
      ? []
      : [`package-lock.json lacks the ${os}-${cpu} binary of ${path.replace(/^.*node_modules\//, '')} ${entry.version}.`];
  });
}

/** Not the musl one: Debian and Raspberry Pi OS have glibc. */
function isFor(name, os, cpu) {
  return new RegExp(`(^|[-/])${os}-${cpu}($|-(?!musl))`).test(name);
}

/**
 * @param {string} file its name, for the sentence
 * @param {Record<string, any>} manifest a package.json
 * @returns {string[]} one sentence for each dependency that must be exact and is not
 */
export function rangeFaults(file, manifest) {
  return ['dependencies', 'devDependencies', 'optionalDependencies']
    .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
    .filter(([name, version]) => EXACT.test(name) && !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${file} must name one exact version of ${name}, not "${version}".`);
}
