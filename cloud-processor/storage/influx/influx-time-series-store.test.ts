import { describeOnInflux } from '../../test-data/influx-server.js';
import { InfluxUnderTest } from '../../test-data/influx-under-test.js';
import { storeContract } from '../time-series-store.contract.js';

describeOnInflux('on InfluxDB', () => {
  let influx: InfluxUnderTest;
  beforeAll(async () => {
    influx = await InfluxUnderTest.start();
  });
  afterAll(() => influx.close());

  storeContract((name) => influx.open(name, { direct: true }));
});
