import { existsSync, readFileSync } from 'node:fs';

/** What decides which commands can be given to this machine. */
export interface Machine {
  isRoot: boolean;
  /** systemd is its process 1: services are its. */
  hasSystemd: boolean;
  isContainer: boolean;
}

/** Where it is read. */
export interface MachineFacts {
  uid: number | undefined;
  env: Readonly<Record<string, string | undefined>>;
  exists(path: string): boolean;
  /** Empty when it cannot be read. */
  read(path: string): string;
}

export const thisMachine: MachineFacts = {
  uid: process.getuid?.(),
  env: process.env,
  exists: existsSync,
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  },
};

const CONTAINER_CGROUP = /docker|kubepods|containerd|libpod|lxc/;

/** `/run/systemd/system` is there where systemd is process 1: sd_booted(3). Docker makes `/.dockerenv`, Podman `/run/.containerenv`; others set `container`. */
export function readMachine({ uid, env, exists, read }: MachineFacts = thisMachine): Machine {
  return {
    isRoot: uid === 0,
    hasSystemd: exists('/run/systemd/system'),
    isContainer:
      exists('/.dockerenv') || exists('/run/.containerenv') || Boolean(env.container) || CONTAINER_CGROUP.test(read('/proc/1/cgroup')),
  };
}

/** A command that only root may give. */
export const asRoot = (command: string, { isRoot }: Machine): string => (isRoot ? command : `sudo ${command}`);

/** Installs Debian packages and starts their services, each of which may have another name. */
export function installed(packages: readonly string[], services: readonly string[], machine: Machine): string {
  const install = asRoot(`apt-get install -y ${packages.join(' ')}`, machine);
  const started = machine.hasSystemd
    ? [asRoot(`systemctl enable --now ${services.join(' ')}`, machine)]
    : services.map((service) => asRoot(`service ${service} start`, machine));
  return [install, ...(services.length ? started : [])].join(' && ');
}
