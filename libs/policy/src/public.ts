// The public part of a profile: what a city publishes. Devices see this door and not the other.
export * from './cycle.js';
export * from './public-part.js';
