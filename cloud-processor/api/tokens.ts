/** Names under which Nest hands out what has no class of its own. */
export const STORE = Symbol('TimeSeriesStore');
export const REGISTRY = Symbol('Registry');
export const CLOCK = Symbol('Clock');
export const DEFAULT_GYM = Symbol('default gym');
export const ALERTED = Symbol('Alerted');
export const LOG = Symbol('Logger');
