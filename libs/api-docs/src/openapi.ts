import { CONTRACTS_VERSION, type Service } from '#libs/contracts';
import { referenceTo, schemasOf, type JsonSchema } from './json-schema.js';

/** Checked by an OpenAPI validator in the tests. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

type DeclaredClass = new () => object;

/** A signature that a route accepts. Several are alternatives. */
export type RouteCaller =
  | { readonly signedBy: 'nobody' }
  | { readonly signedBy: 'device' }
  | { readonly signedBy: 'staff'; readonly role: string };

/** One route of a service, without a word of the framework that serves it. */
export interface RouteDescription {
  /** In lower case. */
  readonly method: string;
  /** As `/v1/things/:id`. */
  readonly path: string;
  readonly summary: string;
  /** The first listener is for devices and staff, the internal one for operators and custodians. */
  readonly listener: 'first' | 'internal';
  /** None: anybody who reaches the listener. */
  readonly callers: readonly RouteCaller[];
  readonly body: DeclaredClass | undefined;
  readonly status: number;
  readonly answer: DeclaredClass | { readonly mediaType: string; readonly schema: JsonSchema };
}

export interface ServiceDescription {
  readonly service: Service;
  readonly routes: readonly RouteDescription[];
  /** By code. */
  readonly problems: Readonly<Record<string, { readonly status: number; readonly sentence: string }>>;
}

const SIGNED =
  'HTTP Message Signatures (RFC 9421) with Ed25519 over @method, @path and content-digest. The key id is the name ' +
  'under which the public key is enrolled.';
const ONCE = 'The tag is the name of the service, and the nonce is good once.';

/** OpenAPI 3.1 of one service, made from the classes that check its bodies and its answers. */
export function openApiDocument({ service, routes, problems }: ServiceDescription): OpenApiDocument {
  const byPath = Map.groupBy(routes.toSorted(byPlace), ({ path }) => path);
  const classes = routes.flatMap(({ body, answer }) => [body, answer]).filter((form) => typeof form === 'function');
  return {
    openapi: '3.1.1',
    info: {
      title: `Amparo: ${service}`,
      version: String(CONTRACTS_VERSION),
      description:
        'The first listener answers devices and staff; routes marked `x-listener: internal` exist on the internal ' +
        'listener only. Every refusal has one of the listed codes and carries no value that was sent.',
    },
    paths: Object.fromEntries(
      [...byPath].map(([path, all]) => [
        path.replaceAll(/:(\w+)/g, '{$1}'),
        Object.fromEntries(
          [...Map.groupBy(all, ({ method }) => method)].map(([method, same]) => [method, operationOf(same)]),
        ),
      ]),
    ),
    components: {
      schemas: { ...schemasOf(classes), Problem: problemSchema(problems) },
      responses: {
        Problem: {
          description: 'The request was refused, or cannot be answered at the moment.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        device: { type: 'http', scheme: 'signature', description: `A device of the city. ${SIGNED}` },
        staff: {
          type: 'http',
          scheme: 'signature',
          description: `Staff whose key has the named role. ${SIGNED} ${ONCE}`,
        },
      },
    },
  };
}

/** @param same the same method and path; more than one where both listeners serve it */
function operationOf(same: readonly RouteDescription[]): object {
  const [{ path, summary, callers, body, status, answer } = never()] = same;
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const isClass = typeof answer === 'function';
  return {
    summary,
    'x-listener': [...new Set(same.map(({ listener }) => listener))].join(' and '),
    security: callers.map(securityOf),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: referenceTo(body) } } } }),
    responses: {
      [status]: {
        description: 'Done as asked.',
        content: isClass
          ? { 'application/json': { schema: referenceTo(answer) } }
          : { [answer.mediaType]: { schema: answer.schema } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function never(): RouteDescription {
  throw new TypeError('a path without a route');
}

function securityOf(caller: RouteCaller): object {
  if (caller.signedBy === 'nobody') return {};
  return { [caller.signedBy]: caller.signedBy === 'staff' ? [caller.role] : [] };
}

/** RFC 9457. */
function problemSchema(problems: ServiceDescription['problems']): JsonSchema {
  const described = Object.entries(problems).map(
    ([code, { status, sentence }]) => `- \`${code}\` (${status}): ${sentence}`,
  );
  return {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'title', 'status', 'code', 'canRetry'],
    description: described.join('\n'),
    properties: {
      type: { type: 'string', description: 'The code as a URN.' },
      title: { type: 'string', description: 'The sentence of the code.' },
      status: { type: 'integer' },
      code: { type: 'string', enum: Object.keys(problems) },
      canRetry: { type: 'boolean', description: 'Whether the same request can succeed later.' },
      field: { type: 'string', description: 'The declared name of the field that was refused.' },
      now: { type: 'string', format: 'date-time', description: 'With `wrong-clock`: the time of the service.' },
    },
  };
}

function byPlace(a: RouteDescription, b: RouteDescription): number {
  const key = ({ path, method, listener }: RouteDescription): string => `${path} ${method} ${listener}`;
  return key(a) < key(b) ? -1 : 1;
}
