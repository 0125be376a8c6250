import { UserFacingError } from './user-facing-error.js';

/** A port that cannot be had. The message is a sentence for people: what was wrong, what to do. */
export class ListenError extends UserFacingError {
  readonly code = 'LISTEN_FAILED';

  /**
   * @param setting name of the setting that the port came from
   * @param holder who has the port when it is in use, in words
   */
  constructor(
    private readonly reason: { code?: string | undefined; message: string },
    readonly host: string,
    readonly port: number,
    readonly setting: string,
    holder = 'another program',
  ) {
    super(sentence(reason, host, port, setting, holder));
  }

  get isInUse(): boolean {
    return this.reason.code === 'EADDRINUSE';
  }

  /** The same, once it is known who has the port. */
  heldBy(holder: string): ListenError {
    return new ListenError(this.reason, this.host, this.port, this.setting, holder);
  }
}

/** A listening address as it stands in an address to connect to from this machine: wildcards become loopback, IPv6 gets its brackets. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function sentence(
  cause: { code?: string | undefined; message: string },
  host: string,
  port: number,
  setting: string,
  holder: string,
): string {
  switch (cause.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use by ${holder}; stop that one, or set ${setting} to a free port (0 picks one).`;
    case 'EACCES':
      return `Port ${port} on ${host} is not allowed for this user; set ${setting} to a port above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine; set PULSEBOARD_HOST to one that is, such as 127.0.0.1.`;
    default:
      return `Cannot listen on ${host}:${port}: ${cause.message}.`;
  }
}
