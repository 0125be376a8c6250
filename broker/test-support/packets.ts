import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** MQTT packets as bytes, wrong ones too: a library would correct what is to be tested. */
const u16 = (n: number) => Buffer.from([n >> 8, n & 0xff]);
const bytes = (value: string | Buffer) => (typeof value === 'string' ? Buffer.from(value) : value);
const field = (value: string | Buffer) => Buffer.concat([u16(bytes(value).length), bytes(value)]);

/** The fixed header. @param length that is announced, whatever follows */
export function head(type: number, flags: number, length: number): Buffer {
  const head = [(type << 4) | flags];
  let rest = length;
  do {
    head.push((rest % 128) | (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(head);
}

export const packet = (type: number, flags: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([head(type, flags, body.length), body]);
};

export interface Connect {
  id?: string | Buffer;
  clean?: boolean;
  will?: { topic: string | Buffer; payload?: string | Buffer; qos?: number; retain?: boolean };
  user?: string | Buffer;
  password?: string;
  level?: number;
  keepAlive?: number;
}

/** @see MQTT 3.1.1, 3.1 */
export function connectPacket({ id = '', clean = true, will, user, password, level = 4, keepAlive = 0 }: Connect = {}): Buffer {
  const flags =
    (clean ? 2 : 0) |
    (will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0) |
    (password === undefined ? 0 : 0x40) |
    (user === undefined ? 0 : 0x80);
  return packet(
    1,
    0,
    field('MQTT'),
    Buffer.from([level, flags]),
    u16(keepAlive),
    field(id),
    ...(will ? [field(will.topic), field(will.payload ?? 'gone')] : []),
    ...(user === undefined ? [] : [field(user)]),
    ...(password === undefined ? [] : [field(password)]),
  );
}

export const publishPacket = (topic: string | Buffer, payload: string | Buffer = 'x', qos = 0, retain = false, id = 1): Buffer =>
  packet(3, (qos << 1) | (retain ? 1 : 0), field(topic), ...(qos ? [u16(id)] : []), bytes(payload));

export const subscribePacket = (filter: string | Buffer, qos = 1, id = 1): Buffer =>
  packet(8, 2, u16(id), field(filter), Buffer.from([qos]));

export const unsubscribePacket = (filters: string[], id = 1): Buffer => packet(10, 2, u16(id), ...filters.map(field));

export const CONNACK_ACCEPTED = '20020000';

/** Connects by TCP, sends, and collects what comes until the broker closes, or `isDone` says that it is enough. @returns hexadecimal */
export async function exchange(
  url: string,
  sent: Buffer,
  isDone: (received: Buffer) => boolean = () => false,
): Promise<{ received: string; isClosed: boolean }> {
  const socket = await openSocket(url);
  const chunks: Buffer[] = [];
  const isClosed = await new Promise<boolean>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (isDone(Buffer.concat(chunks))) resolve(false);
    });
    socket.once('close', () => resolve(true));
    socket.write(sent);
  });
  socket.destroy();
  return { received: Buffer.concat(chunks).toString('hex'), isClosed };
}

export async function openSocket(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}
