import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { ListenError, urlHost } from '@pulseboard/contract';

/** Whoever has the port may not answer at all. */
const TIMEOUT_MS = 1500;
const OURS = 'pulseboard/v1/';

/** A port in use: the same error that says who has the port, as far as it answers. Other errors stay as they are. */
export async function withPortHolder(error: unknown): Promise<unknown> {
  if (!(error instanceof ListenError && error.isInUse)) return error;
  return error.heldBy(await portHolder(error.host, error.port, error.setting.includes('MQTT_PORT')));
}

/**
 * Who listens there, in words, such as `another Pulseboard (0.1.0)`. Never rejects.
 * @param isMqtt the port is one of plain MQTT
 */
export async function portHolder(host: string, port: number, isMqtt: boolean): Promise<string> {
  const asked = isMqtt ? [askMqtt, askHttp] : [askHttp, askMqtt];
  for (const ask of asked) {
    const holder = await ask(host, port).catch(() => undefined);
    if (holder !== undefined) return holder;
  }
  return 'another program';
}

/** @returns undefined when it does not speak HTTP */
async function askHttp(host: string, port: number): Promise<string | undefined> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const textOf = async (path: string) => (await fetch(`http://${urlHost(host)}:${port}${path}`, { signal, redirect: 'manual' })).text();
  const health = await textOf('/api/v1/health');
  const version = /"version":"([\w.+-]{1,40})"/.exec(health)?.[1];
  if (version !== undefined && health.includes('"epoch"')) return `another Pulseboard (version ${version})`;
  // The WebSocket port of the broker, and the ports of metrics.
  if (health.includes('Pulseboard') || (await textOf('/metrics')).includes('pulseboard_')) return 'another Pulseboard';
  return 'another program (a web server)';
}

/** Connects and listens for topics of Pulseboard: its processor sends several each second. @returns undefined when it does not speak MQTT */
function askMqtt(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let speaksMqtt = false;
    const socket = connect({ host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port });
    const end = (holder: string | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(holder);
    };
    const done = () => end(speaksMqtt ? 'another MQTT broker' : undefined);
    const timer = setTimeout(done, TIMEOUT_MS);
    socket.on('connect', () => socket.write(connectPacket(`pulseboard-port-${randomUUID().slice(0, 8)}`)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]).subarray(-100_000);
      if (!speaksMqtt) {
        // CONNACK, MQTT 3.1.1, 3.2
        if (received[0] !== 0x20) return end(undefined);
        speaksMqtt = true;
        socket.write(subscribePacket(`${OURS}#`));
      }
      if (received.includes(OURS)) end('another Pulseboard (or the MQTT broker that one uses)');
    });
    socket.on('error', done);
    socket.on('close', done);
  });
}

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
const packet = (type: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([type, body.length]), body]);

/** MQTT 3.1.1, 3.1: clean session, keep alive 10 s. Short enough for one byte of length. */
const connectPacket = (clientId: string): Buffer => packet(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 10]), text(clientId)]));

/** MQTT 3.1.1, 3.8: QoS 0. */
const subscribePacket = (filter: string): Buffer => packet(0x82, Buffer.concat([Buffer.from([0, 1]), text(filter), Buffer.from([0])]));
