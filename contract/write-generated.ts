import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Generated files that are committed. */
export interface Generated {
  /** Folder of the checkout. */
  root: string;
  /** The folder that holds nothing but generated files; it and all paths are from the root of the repository. */
  folder: string;
  /** Text by path. */
  wanted: ReadonlyMap<string, string>;
  /** What they are made of, for people. */
  source: string;
}

/** @returns the text of a file, undefined when it is not there */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes what differs and removes what is generated no more; with `--check` among the arguments it only tells of both, and the process fails. */
export function writeGenerated({ root, folder, wanted, source }: Generated, args: readonly string[] = process.argv): void {
  mkdirSync(join(root, folder), { recursive: true });
  const differing = [...wanted].filter(([path, text]) => readIfThere(join(root, path)) !== text).map(([path]) => path);
  const orphans = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length))
    .filter((path) => !wanted.has(path));

  if (args.includes('--check')) {
    for (const path of differing)
      process.stderr.write(`${path} is not what ${source} generates: run \`npm run generate\` and commit it.\n`);
    for (const path of orphans)
      process.stderr.write(`${path} is generated no more: run \`npm run generate\` and commit that it is gone.\n`);
    if (differing.length + orphans.length > 0) process.exitCode = 1;
    return;
  }
  for (const path of differing) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), wanted.get(path)!);
  }
  for (const path of orphans) rmSync(join(root, path));
  process.stdout.write(`${wanted.size} files generated from ${source}, ${differing.length} rewritten, ${orphans.length} removed.\n`);
}
