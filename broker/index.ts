export * from './broker.js';
export * from './metrics.js';
