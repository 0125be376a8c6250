interface Locked {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  link?: boolean;
  resolved?: string;
}

/**
 * The packages that `npm ci --omit=dev` needs for these workspaces and the root, as paths below the checkout: `node_modules/mqtt`.
 * @param lock `packages` of package-lock.json
 */
export function productionPackages(lock: Readonly<Record<string, Locked>>, workspaces: readonly string[]): Set<string> {
  // A workspace is linked by its own name, whoever asks for it.
  const links = Object.keys(lock).filter((path) => lock[path]!.link && workspaces.includes(lock[path]!.resolved!));
  const found = new Set(links);
  const queue = ['', ...workspaces];
  for (let of = queue.pop(); of !== undefined; of = queue.pop()) {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock[of] ?? {};
    const wished = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...wished]) {
      const path = nearest(lock, of, name);
      if (path === undefined || found.has(path)) continue;
      found.add(path);
      const { link, resolved } = lock[path]!;
      queue.push(link ? resolved! : path);
    }
  }
  return found;
}

/** Where Node finds a package: in the nearest `node_modules` upwards. */
function nearest(lock: Readonly<Record<string, Locked>>, of: string, name: string): string | undefined {
  for (let base = of; ; ) {
    const path = `${base === '' ? '' : `${base}/`}node_modules/${name}`;
    if (lock[path]) return path;
    if (base === '') return undefined;
    const up = base.lastIndexOf('/node_modules/');
    base = up >= 0 ? base.slice(0, up) : '';
  }
}
