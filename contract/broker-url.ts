import { UserFacingError } from './user-facing-error.js';

export type BrokerProtocol = 'mqtt' | 'mqtts' | 'ws' | 'wss';

/** What a client of MQTT needs to connect. User and password are decoded. */
export interface BrokerAddress {
  protocol: BrokerProtocol;
  /** An IPv6 address is without its brackets. */
  host: string;
  port: number;
  /** Path and query, of `ws` and `wss` only. */
  path?: string;
  username?: string;
  password?: string;
}

/** The message says what is expected, and nothing of what was given: that may hold a password anywhere. */
export class BrokerUrlError extends UserFacingError {
  readonly code = 'BROKER_URL_INVALID';
}

const EXPECTED =
  'an address such as mqtt://user:password@127.0.0.1:1883, with %-codes for special characters of user and password (%23 for #, %2F for /, %3F for ?, %40 for @, %25 for %)';
const DEFAULT_PORTS: Readonly<Record<BrokerProtocol, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };
const URL_PARTS = /^(mqtts?|wss?):\/\/(?:([^\s/?#@]*)@)?(\[[^\s[\]/?#@]+\]|[^\s:/?#@[\]%]+)(?::(\d{1,5}))?([/?][^\s#@]*)?$/i;

/**
 * Reads the address of a broker. Node's own parsers decode a password twice, or take a part of it for the host.
 * @throws BrokerUrlError
 */
export function brokerAddress(url: string): BrokerAddress {
  const parts = URL_PARTS.exec(url);
  if (!parts) throw new BrokerUrlError(EXPECTED);
  const [, scheme, login, givenHost, givenPort, givenPath] = parts;
  const protocol = scheme!.toLowerCase() as BrokerProtocol;
  const isWebSocket = protocol === 'ws' || protocol === 'wss';
  const port = givenPort === undefined ? DEFAULT_PORTS[protocol] : Number(givenPort);
  if (port < 1 || port > 65_535) throw new BrokerUrlError('an address whose port is from 1 to 65535');
  if (!isWebSocket && givenPath !== undefined && givenPath !== '/')
    throw new BrokerUrlError(`${EXPECTED}; only ws:// and wss:// have a path`);
  return {
    protocol,
    host: hostOf(givenHost!, isWebSocket),
    port,
    ...(isWebSocket ? { path: givenPath?.startsWith('?') ? `/${givenPath}` : (givenPath ?? '/') } : {}),
    ...(login === undefined ? {} : loginOf(login)),
  };
}

function hostOf(given: string, isWebSocket: boolean): string {
  const host = given.toLowerCase();
  if (!host.startsWith('[')) return host;
  // The zone's name is of this machine, and may have capitals.
  const [address, ...zone] = given.slice(1, -1).split('%');
  if (!URL.canParse(`http://[${address}]`))
    throw new BrokerUrlError('an address such as mqtt://[::1]:1883, with an IPv6 address in brackets');
  if (zone.length === 0) return address!.toLowerCase();
  if (isWebSocket) throw new BrokerUrlError('an address without a zone such as %eth0: only mqtt:// and mqtts:// can have one');
  return `${address!.toLowerCase()}%${zone.join('%').replace(/^25(?=.)/, '')}`;
}

function loginOf(login: string): { username: string; password?: string } {
  const colon = login.indexOf(':');
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw new BrokerUrlError(EXPECTED);
    }
  };
  if (colon < 0) return { username: decode(login) };
  return { username: decode(login.slice(0, colon)), password: decode(login.slice(colon + 1)) };
}

/** @throws BrokerUrlError whose message is a whole sentence */
function addressOrSentence(url: string): BrokerAddress {
  try {
    return brokerAddress(url);
  } catch (error) {
    throw new BrokerUrlError(`The address of the broker must be ${(error as Error).message}; set PULSEBOARD_BROKER_URL.`);
  }
}

/** What mqtt.js takes instead of a URL. It goes on trying when the broker refuses: a user may be added, a full broker may have room again. */
export function brokerConnection(url: string) {
  const { host, ...address } = addressOrSentence(url);
  const isWebSocket = address.protocol === 'ws' || address.protocol === 'wss';
  // mqtt.js builds a URL for a WebSocket; everything else takes the bare address.
  const hostname = isWebSocket && host.includes(':') ? `[${host}]` : host;
  return { ...address, host: hostname, hostname, reconnectOnConnackError: true } as const;
}

/** Of the address of a broker what may be shown. What cannot be read is not shown at all: it may hold a password anywhere. */
export function withoutPassword(url: string): string {
  try {
    const { protocol, host } = brokerAddress(url);
    const port = /:\d+(?=[/?]|$)/.exec(url.replace(/^[a-z]+:\/\//i, '').replace(/^.*@|\[.*\]/g, ''))?.[0] ?? '';
    return `${protocol}://${host.includes(':') ? `[${host}]` : host}${port}`;
  } catch {
    return 'the broker';
  }
}

const MAX_REFUSED_WAIT_MS = 15_000;

/** The part of mqtt.js' client that this uses. */
interface Reconnecting {
  options: { reconnectPeriod?: number };
  on(event: 'connect', run: () => void): unknown;
  on(event: 'error', run: (error: { code?: string | number }) => void): unknown;
}

/** Doubles the time between attempts that the broker refuses by a return code, up to 15 s. */
export function slowDownWhenRefused(client: Reconnecting, baseMs: number): void {
  client.on('connect', () => {
    client.options.reconnectPeriod = baseMs;
  });
  client.on('error', ({ code }) => {
    if (typeof code === 'number')
      client.options.reconnectPeriod = Math.min(MAX_REFUSED_WAIT_MS, (client.options.reconnectPeriod ?? baseMs) * 2);
  });
}
