import type { Schedule } from '../pump.js';
import { BLE_TIMES, type BleTimes } from './ble-times.js';
import type { BluetoothSession } from './bluetooth.js';
import { BluetoothError } from './bluetooth-error.js';
import { absenceFault, offFault } from './bluetooth-faults.js';
import { loadBluez } from './bluez-session.js';

/** What there is of Bluetooth on this machine. A fault is a sentence for people: what is wrong, what to do. */
export interface BluetoothInspection {
  isBusReachable: boolean;
  isBluezRunning: boolean;
  adapters: AdapterInspection[];
  /** Why there is no adapter. */
  fault?: string;
}

export interface AdapterInspection {
  /** `hci0` */
  name: string;
  address?: string;
  isPowered: boolean;
  fault?: string;
}

export interface InspectOptions {
  systemBusAddress?: string | undefined;
  times?: Partial<BleTimes>;
  schedule?: Schedule;
}

/** Looks, and changes nothing. Never rejects; takes no longer than its few calls may. */
export async function inspectBluetooth({ systemBusAddress, times, schedule }: InspectOptions = {}): Promise<BluetoothInspection> {
  const found: BluetoothInspection = { isBusReachable: false, isBluezRunning: false, adapters: [] };
  let session: BluetoothSession | undefined;
  try {
    const bluetooth = await loadBluez({ systemBusAddress, schedule, times: { ...BLE_TIMES, ...times } });
    session = bluetooth.open({ onNews: () => {}, onLost: () => {} });
    await look(session, found);
  } catch (error) {
    found.fault = absenceFault(error instanceof BluetoothError ? error : new BluetoothError('REFUSED', (error as Error).message));
  } finally {
    session?.close();
  }
  return found;
}

async function look(session: BluetoothSession, found: BluetoothInspection): Promise<void> {
  await session.ready;
  found.isBusReachable = true;
  if ((await session.bluezOwner()) === undefined) throw new BluetoothError('NO_BLUEZ', 'nobody has its name');
  found.isBluezRunning = true;
  for (const news of await session.everything()) {
    if (news.kind !== 'adapter') continue;
    const { Address: address, Powered } = news.properties;
    const isPowered = Powered === true;
    found.adapters.push({
      name: news.adapter,
      ...(typeof address === 'string' ? { address } : {}),
      isPowered,
      ...(isPowered ? {} : { fault: offFault(news.adapter) }),
    });
  }
  if (found.adapters.length === 0) throw new BluetoothError('NO_ADAPTER', 'BlueZ has no adapter');
}
