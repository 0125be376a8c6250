import { unboundedIn } from '@pulseboard/contract';
import { GrafanaWebhook } from '../alerts/grafana-webhook.js';
import { StrapLinkBody } from './fleet-schemas.js';

/** Every body that the API takes. */
test.each([
  ['POST alerts', GrafanaWebhook],
  ['PUT strap-links', StrapLinkBody],
])('every value of the body of %s has bounds', (name, schema) => {
  expect(unboundedIn(JSON.parse(JSON.stringify(schema)), name)).toEqual([]);
});
