import type { InfluxLogin } from '@pulseboard/cloud-processor';
import { SettingsError, type SettingValues } from '@pulseboard/contract';

/** @returns undefined: the store is in the data folder @throws SettingsError when what is set does not go together */
export function influxLogin(settings: SettingValues): InfluxLogin | undefined {
  const { influxUrl: url, influxDatabase: database, influxToken: token, influxUser: user, influxPassword: password } = settings;
  const faults: string[] = [];
  if (!url && (token || user || password))
    faults.push('A login for InfluxDB is set, but no PULSEBOARD_INFLUX_URL; set it, or leave the login out.');
  if (token && user)
    faults.push('PULSEBOARD_INFLUX_TOKEN and PULSEBOARD_INFLUX_USER are both set; InfluxDB 2 and 3 take the token, InfluxDB 1 the user.');
  if (password && !user) faults.push('PULSEBOARD_INFLUX_PASSWORD is set, but no PULSEBOARD_INFLUX_USER.');
  if (faults.length) throw new SettingsError(faults);
  return url === undefined ? undefined : { url, database, token, user, password };
}
