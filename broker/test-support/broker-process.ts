import { pino } from 'pino';
import { createBroker } from '../broker.js';

/** A broker of a test in a process of its own; it ends with its parent. */
const { mqttUrl, mqttWsUrl } = await createBroker({ host: '127.0.0.1', mqttPort: 0, mqttWsPort: 0, log: pino({ level: 'silent' }) });
process.stdout.write(`${JSON.stringify({ mqttUrl, mqttWsUrl })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
