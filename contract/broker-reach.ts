import { withoutPassword } from './broker-url.js';

/** What a client of MQTT says when it cannot connect: `code` of the operating system, of TLS, or the number that the broker answered. */
export interface ReachError {
  message: string;
  code?: string | number | undefined;
  /** Of each address that was tried. */
  errors?: readonly { code?: string }[];
}

/** Why nobody could be reached at an address, to stand after a colon: `nothing listens there`. */
export function whyUnreachable(code: string): string {
  return WHY_UNREACHABLE[code] ?? (/^[A-Z0-9_]+$/.test(code) ? code : NO_BROKER);
}

/** Why a broker does not let somebody in. @param returnCode MQTT 3.1.1, table 3.1 */
export const whyRefused = (returnCode: number): string => WHY_REFUSED[returnCode] ?? `return code ${returnCode}`;

export const reachCode = ({ code, errors, message }: ReachError): string | number => code ?? errors?.[0]?.code ?? message;

const NO_BROKER = 'something listens there, but it is no MQTT broker';
const WHY_UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no machine has that name',
  EAI_AGAIN: 'names cannot be looked up',
  EHOSTUNREACH: 'there is no way to that machine',
  ENETUNREACH: 'this machine is in no network',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it hangs up',
  'connack timeout': `${NO_BROKER}, or it is stuck`,
  closed: `${NO_BROKER}, or it hangs up on us`,
};

const WHY_REFUSED: Readonly<Record<number, string>> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it rejects the client id; allow client ids that begin with pulseboard-',
  3: 'it accepts no clients at the moment; look at its log, and at its limit of connections',
  4: 'the user name or the password is wrong; correct PULSEBOARD_BROKER_URL, or add the user to the broker',
  5: 'it does not allow this user; correct PULSEBOARD_BROKER_URL, or add the user to the broker',
};

/** Reports that a broker is away, and that it is there again; once each, however often it is tried. A new refusal is reported as well. */
export class BrokerWatch {
  #isAway = false;
  #refusal: number | undefined;
  readonly #broker: string;

  constructor(
    brokerUrl: string,
    private readonly tell: (sentence: string, isFault: boolean) => void,
  ) {
    this.#broker = withoutPassword(brokerUrl);
  }

  /** @param error absent: the connection ended by itself */
  away(error?: ReachError): void {
    const code = error && reachCode(error);
    const isNewRefusal = typeof code === 'number' && code !== this.#refusal;
    if (this.#isAway && !isNewRefusal) return;
    this.#isAway = true;
    if (isNewRefusal) this.#refusal = code;
    const why = code === undefined ? 'the connection ended' : typeof code === 'number' ? whyRefused(code) : whyUnreachable(code);
    this.tell(`The broker ${this.#broker} is away: ${why}. It is tried until it is there.`, true);
  }

  reached(): void {
    if (this.#isAway) this.tell(`The broker ${this.#broker} is there.`, false);
    this.#isAway = false;
    this.#refusal = undefined;
  }
}
