/**
 * `npm run dashboards:preview [-- file]` draws every dashboard without Grafana: a simulated class goes through the real pipeline into a real InfluxDB,
 * each panel's queries are run as Grafana runs them, and their answers are drawn into one page. It looks like Grafana's panels, and is none of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawnDashboards } from './drawn-dashboards.js';

const DEFAULT_FILE = fileURLToPath(new URL('./index.html', import.meta.url));

const file = process.argv[2] ? resolve(process.argv[2]) : DEFAULT_FILE;
process.stdout.write('A class of twelve minutes goes through the pipeline first.\n');
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, await drawnDashboards());
process.stdout.write(`${file}\n`);
