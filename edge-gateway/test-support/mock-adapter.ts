import type { MockObjectTree, TreeInterface } from './mock-object-tree.js';
import { refused } from './mock-strap.js';

export interface MockAdapter {
  powered?: boolean;
  /** Refuses to be switched on, as rfkill makes it. */
  isBlocked?: boolean;
  /** What the next calls of StartDiscovery are answered: `NotReady`. */
  refuseDiscovery?: string[];
}

const ADAPTER = 'org.bluez.Adapter1';

/** A fixture: one adapter as BlueZ shows it. */
export class MockAdapterObject {
  readonly path: string;
  powered: boolean;
  /** BlueZ holds that the discovery goes on, and in truth nothing is searched. */
  #isStuck = false;
  readonly isBlocked: boolean;
  readonly refusals: string[];
  discoveryStarts = 0;
  /** Clients on the bus, and whether they want duplicates. */
  readonly #filters = new Map<string, boolean>();
  readonly #discoverers = new Set<string>();

  constructor(
    private readonly tree: MockObjectTree,
    name: string,
    { powered = true, isBlocked = false, refuseDiscovery = [] }: MockAdapter,
    private readonly events: { onRemoveDevice(path: string): void; onOff(): void },
  ) {
    this.path = `/org/bluez/${name}`;
    this.powered = powered;
    this.isBlocked = isBlocked;
    this.refusals = [...refuseDiscovery];
    tree.add(this.path, { [ADAPTER]: this.#interface() });
  }

  get isSearching(): boolean {
    return this.powered && !this.#isStuck && this.#discoverers.size > 0;
  }

  get wantsDuplicates(): boolean {
    return [...this.#discoverers].some((client) => this.#filters.get(client));
  }

  setPowered(powered: boolean): void {
    if (!powered) {
      this.events.onOff();
      this.stopDiscovery();
    }
    this.powered = powered;
    this.tree.change(this.path, ADAPTER, { Powered: ['b', powered] });
  }

  /** Nobody asked for it. */
  stopDiscovery(): void {
    if (this.#discoverers.size === 0) return;
    this.#discoverers.clear();
    this.#tellDiscovering();
  }

  stickDiscovery(): void {
    this.#isStuck = true;
    this.#tellDiscovering();
  }

  /** Of a client that is content with one report of each device. */
  startForeignDiscovery(): void {
    this.#discoverers.add('somebody else');
    this.#tellDiscovering();
  }

  forgetClient(client: string): void {
    this.#filters.delete(client);
    if (this.#discoverers.delete(client)) this.#tellDiscovering();
  }

  #tellDiscovering(): void {
    this.tree.change(this.path, ADAPTER, { Discovering: ['b', this.#discoverers.size > 0 && !this.#isStuck] });
  }

  #interface(): TreeInterface {
    return {
      properties: { Address: ['s', '00:11:22:33:44:55'], Powered: ['b', this.powered], Discovering: ['b', false] },
      set: (property, value) => {
        if (property !== 'Powered') throw refused('NotSupported');
        if (this.isBlocked) throw refused('Blocked', 'Blocked through rfkill');
        this.setPowered(value === true);
      },
      methods: {
        SetDiscoveryFilter: {
          in: 'a{sv}',
          run: ({ sender, body }) => {
            this.#filters.set(sender, body[0].DuplicateData?.value === true);
            return undefined;
          },
        },
        StartDiscovery: { run: ({ sender }) => this.#startDiscovery(sender) },
        StopDiscovery: {
          run: ({ sender }) => {
            this.#isStuck = false;
            if (!this.#discoverers.delete(sender)) throw refused('Failed', 'No discovery started');
            this.#tellDiscovering();
            return undefined;
          },
        },
        RemoveDevice: {
          in: 'o',
          run: ({ body }) => {
            this.events.onRemoveDevice(body[0]);
            return undefined;
          },
        },
      },
    };
  }

  #startDiscovery(client: string): undefined {
    const refusal = this.refusals.shift();
    if (refusal) throw refused(refusal);
    if (!this.powered) throw refused('NotReady', 'Resource Not Ready');
    if (this.#discoverers.has(client)) throw refused('InProgress', 'Operation already in progress');
    this.#discoverers.add(client);
    this.discoveryStarts++;
    this.#tellDiscovering();
    return undefined;
  }
}
