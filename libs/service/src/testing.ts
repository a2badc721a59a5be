export { AccessGuard } from './auth/access.guard.js';
export { enrol } from './auth/enrolment.js';
// For tests alone: the providers and functions of a service that tests replace or call.
export { ENVIRONMENT } from './config/environment.js';
export { httpAdapter, prepareDoors, quietly } from './http/http-app.js';
export { InternalListener } from './http/listeners.js';
export { KEYRING } from './keys/keyring.provider.js';
export { closeResources } from './run.js';
export { Nightly } from './records/nightly.js';
