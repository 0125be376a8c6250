/** The gateway's side of the guarantee as pure classes, for simulations: no socket, disk or clock comes with it. */
export * from './publish/gateway-protocol.js';
export * from './publish/spool-state.js';
