export { DataFolderError } from './data-folder.js';
export * from './processor.js';
export { StoreOpenError } from './storage/time-series-store.js';
