import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** Bridges of containers and virtual machines: no other machine is behind them. */
const VIRTUAL = /^(docker|br-|veth|virbr|cni|flannel|podman|lxc|vmnet|vboxnet)/;

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';
/** Whether other machines can reach what listens on this address. */
export const isOpenToOthers = (host: string): boolean => !/^(127\.|localhost$|::1$|::ffff:127\.)/i.test(host);

/**
 * Under which addresses other machines can open what listens on this host: those of the network interfaces where it listens on all of them.
 * @param url as it is opened on this machine
 * @param host as it was listened on
 * @returns at least one; `url` itself where there is no better one
 */
export function addressesOf(url: string, host: string, interfaces: Interfaces = networkInterfaces()): string[] {
  if (!isEverywhere(host)) return [url];
  const found = Object.entries(interfaces)
    .filter(([name]) => !VIRTUAL.test(name))
    .flatMap(([, addresses = []]) => addresses)
    // A link-local address needs the name of the interface, which a browser does not take.
    .filter(({ internal, family, address }) => !internal && (family === 'IPv4' || (host === '::' && !/^fe80:/i.test(address))))
    .sort((a, b) => (a.family === b.family ? 0 : a.family === 'IPv4' ? -1 : 1));
  const urls = found.map(({ family, address }) =>
    url.replace(/(?<=:\/\/)(\[[^\]]*\]|[^:/]+)/, family === 'IPv6' ? `[${address}]` : address),
  );
  return urls.length > 0 ? urls : [url];
}
