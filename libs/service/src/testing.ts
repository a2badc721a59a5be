export { DoorLimits } from './limits/door-limits.js';
export { AccessGuard } from './auth/access.guard.js';
export { bodyOf } from './auth/caller.js';
export { controllerRoutes } from './auth/controller-routes.js';
export { enrol } from './auth/enrolment.js';
export { KeyRegisters } from './auth/key-registers.js';
export { NonceWorker } from './auth/nonce.worker.js';
// For tests alone: the providers and functions of a service that tests replace or call.
export { ENVIRONMENT } from './config/environment.js';
export { Readiness } from './health/readiness.js';
export { httpAdapter, prepareDoors, quietly } from './http/http-app.js';
export { InternalListener } from './http/listeners.js';
export { KEYRING } from './keys/keyring.provider.js';
export { DayKeysWorker } from './keys/day-keys.worker.js';
export { controllersOf } from './openapi/controllers-of.js';
export { closeResources } from './run.js';
export { Nightly } from './records/nightly.js';
export { migrationHashes } from './database/migration-hashes.js';
