export { asyncApiDocument, type AsyncApiDocument } from './asyncapi.js';
export { dataFlowsPage } from './data-flows.js';
export { openApiDocument, type OpenApiDocument, type RouteCaller, type RouteDescription } from './openapi.js';
export { referenceTo, schemasOf, type JsonSchema } from './json-schema.js';
export {
  approvalOf,
  approvedLines,
  linesOf,
  presentPromises,
  wideningsOf,
  type Approval,
  type Promises,
} from './widening.js';
