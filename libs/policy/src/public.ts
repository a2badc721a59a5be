// The public part of a profile, which a city publishes. Devices import this file and not `index.ts`.
export * from './code-lists.js';
export * from './cycle.js';
export * from './public-part.js';
