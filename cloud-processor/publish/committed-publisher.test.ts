import type { Committed, GatewayParams } from '@pulseboard/contract';
import { SpoolBooks } from '../ingest/spool-books.js';
import { CommittedPublisher } from './committed-publisher.js';

const one = { gym: 'demo', room: 'main', gateway: 'gateway-1' };
const two = { ...one, gateway: 'gateway-2' };

let told: [GatewayParams, Committed][];
let books: SpoolBooks;
let connected: boolean;
let isStoreAway: boolean;
let committed: CommittedPublisher;
beforeEach(() => {
  told = [];
  books = new SpoolBooks();
  connected = true;
  isStoreAway = false;
  const publisher = {
    get connected() {
      return connected;
    },
    committed: (to: GatewayParams, message: Committed) => told.push([to, message]),
  };
  committed = new CommittedPublisher({
    books,
    publisher,
    epoch: () => 4,
    storeId: () => '5f0c3a9e21b7d846',
    isStoreAway: () => isStoreAway,
  });
  books.take({ ...one, spool: 'spool0001' }, 1, 1, 1, 0);
  books.take({ ...two, spool: 'spool0002' }, 1, 1, 1, 0);
  books.reject(one, 'hash', 'no JSON');
});
const gateways = () => told.splice(0).map(([{ gateway }, { epoch, rejected }]) => [gateway, epoch, rejected]);

test('tells those of a flush, or all', () => {
  committed.tell([two]);
  expect(gateways()).toEqual([['gateway-2', 4, []]]);
  committed.tell([]);
  expect(gateways()).toEqual([]);
  committed.tellAll();
  expect(gateways()).toEqual([
    ['gateway-1', 4, [{ batch: 'hash', reason: 'no JSON' }]],
    ['gateway-2', 4, []],
  ]);
});

test('tells a gateway where it is, though its record says where it was', () => {
  committed.tell([{ ...one, room: 'studio' }]);
  expect(gateways()).toEqual([['gateway-1', 4, [{ batch: 'hash', reason: 'no JSON' }]]]);
});

test.each(['the broker', 'the store'])('tells nothing while %s is away, and forgets nothing of it', (what) => {
  connected = what !== 'the broker';
  isStoreAway = what === 'the store';
  committed.tellAll();
  committed.tell([one]);
  expect(gateways()).toEqual([]);
  connected = true;
  isStoreAway = false;
  committed.tell([one]);
  expect(gateways()).toEqual([['gateway-1', 4, [{ batch: 'hash', reason: 'no JSON' }]]]);
});
