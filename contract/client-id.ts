const RANDOM_PART = /^[0-9a-f]{8}$/;
/** Room for two random parts, so that no client id is longer than 63 characters. */
const MAX_READABLE = 45;
const SHORT_LIFE_MS = 3000;
const MANY_SHORT_LIVES = 3;

/** Whether a stored text is the random part of a client id. */
export const isRandomPart = (text: string): boolean => RANDOM_PART.test(text);

/**
 * The client id of a part, the same after each restart: a broker may keep a queue for each id that it ever saw.
 * @param names readable, such as gym and gateway; cut when they are long
 * @param randomPart 8 hexadecimal digits, stored with the part's data
 */
export const clientIdOf = (part: 'gateway' | 'processor', names: readonly string[], randomPart: string): string =>
  `${['pulseboard', part, ...names].join('-').slice(0, MAX_READABLE)}-${randomPart}`;

/** The part of mqtt.js' client that this uses. */
interface Identified {
  options: { clientId?: string };
  disconnecting: boolean;
  on(event: 'connect' | 'close', run: () => void): unknown;
}

export interface TakeoverOptions {
  /** Ms that never go back. */
  monotonic(): number;
  /** 8 hexadecimal digits. */
  random(): string;
  report(sentence: string): void;
}

/**
 * Two clients with one id (a copied card or data folder) end each other's connection for ever: MQTT 3.1.1, [MQTT-3.1.4-2]. After three connections in a row
 * that end within 3 s, this process continues with an id of its own. It changes once only: the reason may be another one.
 * @returns the sentence for people, once it was reported
 */
export function leaveSharedClientId(client: Identified, { monotonic, random, report }: TakeoverOptions): () => string | undefined {
  let connectedAt: number | undefined;
  let shortLives = 0;
  let sentence: string | undefined;
  client.on('connect', () => {
    connectedAt = monotonic();
  });
  client.on('close', () => {
    if (connectedAt === undefined || client.disconnecting) return;
    shortLives = monotonic() - connectedAt < SHORT_LIFE_MS ? shortLives + 1 : 0;
    connectedAt = undefined;
    if (shortLives < MANY_SHORT_LIVES || sentence !== undefined) return;
    const shared = client.options.clientId;
    client.options.clientId = `${shared}-${random()}`;
    sentence = `The broker ended the connection of ${shared} ${shortLives} times within seconds: another machine may use the same id, from a copied card or data folder. This process continues as ${client.options.clientId}; the log of the broker names the reason.`;
    report(sentence);
  });
  return () => sentence;
}
