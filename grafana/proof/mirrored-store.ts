import type { TimeSeriesStore } from '@pulseboard/cloud-processor/parts';

/** The first store; what is written to it is written to the second, too, so that both have the same seconds. */
export const mirroredStore = (store: TimeSeriesStore, mirror: TimeSeriesStore): TimeSeriesStore =>
  new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (name !== 'begin' && name !== 'write') return call;
      const other = (mirror[name] as (...args: unknown[]) => Promise<unknown>).bind(mirror);
      return async (...args: unknown[]) => (await Promise.all([call(...args), other(...args)]))[0];
    },
  });
