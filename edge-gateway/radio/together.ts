import type { RadioSource, ReceiverState } from './radio-source.js';

/**
 * Several drivers as one source.
 * @param onlyFound a driver without hardware is not listed as long as another one has some
 */
export function together(radios: readonly RadioSource[], onlyFound: boolean): RadioSource {
  return {
    name: radios.map(({ name }) => name).join(','),
    start(onEvent) {
      for (const radio of radios) radio.start((event) => onEvent(event.radio === undefined ? { ...event, radio: radio.name } : event));
    },
    receivers() {
      const all = radios.flatMap((radio) => radio.receivers().map((receiver) => ({ radio, receiver })));
      const found = all.filter(({ radio, receiver }) => !isNoHardware(radio, receiver));
      return (onlyFound && found.length > 0 ? found : all).map(({ receiver }) => receiver);
    },
    async close() {
      await Promise.all(radios.map((radio) => radio.close()));
    },
  };
}

/** An antenna that was there and is gone is named as it was. */
const isNoHardware = ({ name }: RadioSource, { radio, state }: ReceiverState): boolean => state === 'absent' && radio === name;
