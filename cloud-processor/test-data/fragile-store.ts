import type { TimeSeriesStore } from '../storage/time-series-store.js';

/** `before`: nothing is stored. `after`: it is stored, and whoever wrote it does not get to know. `away`: nor does the store answer. */
export type StoreFault = 'none' | 'before' | 'after' | 'away';

/** A real store whose calls fail as `fault` says, asked with the name of each before it. */
export function fragileStore(store: TimeSeriesStore, fault: (call: string) => StoreFault): TimeSeriesStore {
  const failure = () => new Error('no space left on device');
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (name === 'close') return call;
      return async (...args: unknown[]) => {
        const now = fault(String(name));
        if (now === 'away' || (now === 'before' && name === 'write')) throw failure();
        const result = await call(...args);
        if (now === 'after' && name === 'write') throw failure();
        return result;
      };
    },
  });
}
