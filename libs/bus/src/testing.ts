// What tests of services use. No service is shipped with it.
export { deliver, ordersOf } from './consume/deliver.js';
