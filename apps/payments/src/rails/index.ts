export type { Rail } from './rail.adapter.js';
export { RailRegistry } from './rail-registry.service.js';
export { RailOutcomes } from './rail.worker.js';
export { RailsModule, RailWorkerModule } from './rails.module.js';
