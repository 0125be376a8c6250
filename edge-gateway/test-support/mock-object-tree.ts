import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import type { Message, MessageBus } from 'dbus-next';

/** A fixture: objects on D-Bus, written on the wire beneath dbus-next's typed layer, which cannot send a dictionary with numbers for keys. */

/** As the wire has it: signature and value, of dictionaries their entries. */
export type WireValue = readonly [signature: string, value: unknown];
export type WireProperties = Record<string, WireValue>;

/** What a method does. @returns signature and values of the reply */
export type MethodBody = (message: Message) => WireReply | Promise<WireReply>;
export type WireReply = readonly [signature: string, ...values: unknown[]] | undefined;
export interface MethodShape {
  in?: string;
  out?: string;
  run: MethodBody;
}
export interface TreeInterface {
  properties: WireProperties;
  methods: Record<string, MethodShape>;
  /** Of a property that is written. */
  set?: (name: string, value: unknown) => void | Promise<void>;
}

/** Answered as an error of D-Bus. */
export class MockError extends Error {
  constructor(
    readonly dbusName: string,
    message = dbusName,
  ) {
    super(message);
  }
}

const PROPERTIES = 'org.freedesktop.DBus.Properties';
const OBJECT_MANAGER = 'org.freedesktop.DBus.ObjectManager';
const METHOD_RETURN = 2;
const ERROR = 3;
const SIGNAL = 4;
const STANDARD = `<interface name="org.freedesktop.DBus.Introspectable"><method name="Introspect"><arg type="s" direction="out"/></method></interface>
<interface name="${PROPERTIES}"><method name="Get"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/></method>
<method name="GetAll"><arg type="s" direction="in"/><arg type="a{sv}" direction="out"/></method>
<method name="Set"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="in"/></method>
<signal name="PropertiesChanged"><arg type="s"/><arg type="a{sv}"/><arg type="as"/></signal></interface>`;

const { marshall } = createRequire(import.meta.url)('dbus-next/lib/message.js') as { marshall(message: object): [Buffer] };
type RawBus = MessageBus & { _connection: { stream: Duplex } };

export class MockObjectTree {
  readonly #objects = new Map<string, Map<string, TreeInterface>>();
  readonly #bus: RawBus;

  constructor(bus: MessageBus) {
    this.#bus = bus as RawBus;
    bus.addMethodHandler((message: Message) => this.#handle(message));
  }

  get isOnBus(): boolean {
    return this.#bus._connection.stream.writable;
  }

  has(path: string): boolean {
    return this.#objects.has(path);
  }

  /** And tells everybody. */
  add(path: string, interfaces: Record<string, TreeInterface>): void {
    this.#objects.set(path, new Map(Object.entries(interfaces)));
    this.signal('/', OBJECT_MANAGER, 'InterfacesAdded', 'oa{sa{sv}}', path, this.#interfacesOf(path));
  }

  /** And what is below it. */
  remove(path: string): void {
    for (const [below, interfaces] of [...this.#objects]) {
      if (below !== path && !below.startsWith(`${path}/`)) continue;
      this.#objects.delete(below);
      this.signal('/', OBJECT_MANAGER, 'InterfacesRemoved', 'oas', below, [...interfaces.keys()]);
    }
  }

  get(path: string, iface: string, name: string): unknown {
    return this.#objects.get(path)?.get(iface)?.properties[name]?.[1];
  }

  /** @param isTold false: the signal gets lost */
  change(path: string, iface: string, changed: WireProperties, isTold = true): void {
    const properties = this.#objects.get(path)?.get(iface)?.properties;
    if (!properties) return;
    Object.assign(properties, changed);
    if (isTold) this.signal(path, PROPERTIES, 'PropertiesChanged', 'sa{sv}as', iface, Object.entries(changed), []);
  }

  invalidate(path: string, iface: string, name: string): void {
    delete this.#objects.get(path)?.get(iface)?.properties[name];
    this.signal(path, PROPERTIES, 'PropertiesChanged', 'sa{sv}as', iface, [], [name]);
  }

  signal(path: string, iface: string, member: string, signature: string, ...body: unknown[]): void {
    this.#send({ type: SIGNAL, path, interface: iface, member, signature, body });
  }

  #send(message: object): void {
    if (this.isOnBus) this.#bus._connection.stream.write(marshall({ serial: this.#bus.newSerial(), ...message })[0]);
  }

  #handle(message: Message): boolean {
    void this.#answer(message).then(
      ([signature, ...body] = ['']) =>
        this.#send({
          ...{ type: METHOD_RETURN, replySerial: message.serial, destination: message.sender },
          ...(signature ? { signature, body } : {}),
        }),
      (error: Error) =>
        this.#send({
          ...{ type: ERROR, replySerial: message.serial, destination: message.sender },
          ...{ errorName: error instanceof MockError ? error.dbusName : 'org.bluez.Error.Failed', signature: 's', body: [error.message] },
        }),
    );
    return true;
  }

  async #answer(message: Message): Promise<WireReply> {
    const { path, interface: iface, member } = message;
    if (member === 'Introspect') return ['s', this.#introspect(path)];
    if (member === 'GetManagedObjects') return ['a{oa{sa{sv}}}', [...this.#objects.keys()].map((of) => [of, this.#interfacesOf(of)])];
    const of = this.#objects.get(path);
    if (!of) throw new MockError('org.freedesktop.DBus.Error.UnknownObject', `Method "${member}" of ${path}: no such object`);
    if (iface === PROPERTIES) return this.#answerProperties(of, message);
    const method = of.get(iface)?.methods[member];
    if (!method) throw new MockError('org.freedesktop.DBus.Error.UnknownMethod', `${iface}.${member}`);
    return method.run(message);
  }

  async #answerProperties(of: Map<string, TreeInterface>, { member, body }: Message): Promise<WireReply> {
    const iface = of.get(body[0]);
    if (!iface) throw new MockError('org.freedesktop.DBus.Error.UnknownInterface', body[0]);
    if (member === 'GetAll') return ['a{sv}', Object.entries(iface.properties)];
    const value = iface.properties[body[1]];
    if (!value) throw new MockError('org.freedesktop.DBus.Error.InvalidArgs', `No such property '${body[1]}'`);
    if (member === 'Get') return ['v', value];
    await iface.set?.(body[1], body[2].value);
    return undefined;
  }

  #interfacesOf(path: string): unknown {
    return [...(this.#objects.get(path) ?? [])].map(([name, { properties }]) => [name, Object.entries(properties)]);
  }

  #introspect(path: string): string {
    const root = path === '/' ? '' : path;
    const below = [...this.#objects.keys()].filter((of) => of.startsWith(`${root}/`)).map((of) => of.slice(root.length + 1).split('/')[0]!);
    const nodes = [...new Set(below)].map((name) => `<node name="${name}"/>`);
    const argument = (types: string | undefined, direction: string) => (types ? `<arg type="${types}" direction="${direction}"/>` : '');
    const interfaces = [...(this.#objects.get(path) ?? [])].map(([name, { methods }]) => {
      const shapes = Object.entries(methods).map(
        ([method, { in: into, out }]) => `<method name="${method}">${argument(into, 'in')}${argument(out, 'out')}</method>`,
      );
      return `<interface name="${name}">${shapes.join('')}</interface>`;
    });
    return `<node>${STANDARD}${interfaces.join('')}${nodes.join('')}</node>`;
  }
}
