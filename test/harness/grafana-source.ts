import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Series } from '@pulseboard/cloud-processor/influx-server';

/** Takes one statement of InfluxQL. @throws Error with what InfluxDB says against it */
export type Ask = (statement: string) => Promise<Series[]>;

/**
 * Asks as Grafana's server does: by what is provisioned as its data source, filled in from its environment.
 * @param provisioning folder, as it is mounted
 * @throws Error when a variable that the file names is not in the environment
 */
export function grafanaSource(provisioning: string, environment: Readonly<Record<string, string>>): Ask {
  const text = readFileSync(join(provisioning, 'datasources', 'influxdb.yaml'), 'utf8').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    if (environment[name] === undefined) throw new Error(`${name} is not in Grafana's environment`);
    return environment[name];
  });
  const setting = (name: string) => new RegExp(`^ *${name}: "(.*)"$`, 'm').exec(text)![1]!;
  const address = `${setting('url')}/query?epoch=ms&db=${encodeURIComponent(setting('dbName'))}`;
  const headers = { [setting('httpHeaderName1')]: setting('httpHeaderValue1') };
  return async (statement) => {
    const response = await fetch(address, { method: setting('httpMode'), headers, body: new URLSearchParams({ q: statement }) });
    const { results = [], error } = (await response.json()) as { results?: { error?: string; series?: Series[] }[]; error?: string };
    const fault = error ?? results.find((result) => result.error)?.error;
    if (fault) throw new Error(`${statement}: ${fault}`);
    return results.flatMap(({ series = [] }) => series);
  };
}
