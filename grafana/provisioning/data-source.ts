import { DATA_SOURCE } from '../parts/query.js';
import { environment } from './environment.js';

/** InfluxQL on /query, the one language of InfluxDB 1, 2 and 3. Of 2 and 3 the database is a bucket, and the token a header; 1 ignores it. */
export const dataSource = () => ({
  apiVersion: 1,
  datasources: [
    {
      name: 'Pulseboard',
      uid: DATA_SOURCE.uid,
      type: DATA_SOURCE.type,
      access: 'proxy',
      url: environment('PULSEBOARD_INFLUX_URL'),
      isDefault: true,
      editable: false,
      jsonData: {
        version: 'InfluxQL',
        dbName: environment('PULSEBOARD_INFLUX_DATABASE'),
        httpMode: 'POST',
        // Nothing is stored finer than this; else a short time range asks for milliseconds.
        timeInterval: '1s',
        httpHeaderName1: 'Authorization',
      },
      secureJsonData: { httpHeaderValue1: `Token ${environment('PULSEBOARD_INFLUX_TOKEN')}` },
    },
  ],
});
