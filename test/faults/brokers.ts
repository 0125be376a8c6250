import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Child } from '../harness/child.js';
import { mainScript, toolPath } from '../harness/environment.js';
import { eventually } from '../harness/eventually.js';
import { freePort } from '../harness/free-port.js';
import { Part } from './part.js';

export const BROKERS = ['aedes', 'mosquitto'] as const;
export type BrokerKind = (typeof BROKERS)[number];

/** A broker that can be started again, each time on another port. */
export interface Broker {
  part: Part;
  /** Of the process that runs. */
  port: number;
  /** What it wrote down is gone, as from a machine that is set up anew. It must not run. */
  forget(): void;
}

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];
export const mosquittoPath = (): string | undefined => toolPath('TEST_MOSQUITTO') ?? MOSQUITTO.find(existsSync);

/** @param folder for what it writes down */
export const createBroker = (kind: BrokerKind, folder: string): Broker => (kind === 'aedes' ? ourBroker() : mosquitto(folder));

/** Ours keeps everything in memory: it forgets by ending. */
function ourBroker(): Broker {
  const env = { PULSEBOARD_MQTT_PORT: '0', PULSEBOARD_MQTT_WS_PORT: '0' };
  const launch = () => new Child(process.execPath, [mainScript, 'broker'], { env });
  const broker: Broker = {
    port: 0,
    part: new Part('broker', launch, async (child) => {
      const [, port] = await child.line(/^ {2}broker +mqtt:\/\/\S+:(\d+)/);
      broker.port = Number(port);
      await child.line(/^Ready/);
    }),
    forget() {},
  };
  return broker;
}

/** Debian's, which writes its state down once a second. */
function mosquitto(folder: string): Broker {
  const stateFolder = join(folder, 'mosquitto');
  const config = join(folder, 'mosquitto.conf');
  mkdirSync(stateFolder, { recursive: true });
  // Started as root it becomes another user.
  chmodSync(folder, 0o755);
  chmodSync(stateFolder, 0o777);
  const broker: Broker = {
    port: 0,
    part: new Part(
      'broker',
      () => new Child(mosquittoPath()!, ['-c', config]),
      () => eventually('mosquitto', () => isListening(broker.port)),
    ),
    forget() {
      for (const name of ['mosquitto.db', 'mosquitto.db.new']) rmSync(join(stateFolder, name), { force: true });
    },
  };
  const start = broker.part.start.bind(broker.part);
  broker.part.start = async () => {
    broker.port = await freePort();
    writeFileSync(config, configOf(broker.port, stateFolder));
    await start();
  };
  return broker;
}

const configOf = (port: number, stateFolder: string): string =>
  [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${stateFolder}/`,
    'autosave_interval 1',
    'log_dest stderr',
    '',
  ].join('\n');

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1');
    const answer = (is: boolean) => {
      probe.destroy();
      resolve(is);
    };
    probe.once('connect', () => answer(true));
    probe.once('error', () => answer(false));
  });
}
