import ts from 'typescript';

import { type Door, NOBODY, nestPackage, nodeTypes, services } from './door.js';

/** Internal parts: keys and hashes, Nest's container, the server below Nest, the environment. */
export const doorsInside: readonly Door[] = [
  {
    what: 'a chance that can be guessed, which only spreads tries over time; what is secret is drawn by the kernel',
    words: /^(random|pseudoRandomBytes|prng)$/,
    isIt: ({ from, owner }) => owner === 'Math' || nodeTypes.test(from),
    within: /^(apps|libs|deploy)\//,
    may: /^libs\/(bus\/src\/trouble\/backoff|sealing\/src\/server\/keyring\/writer-lock)[.]ts$/,
    at: 'libs/sealing/src/device/planted.ts',
    planted: [
      'export const symbol = Math.floor(Math.random() * 32);',
      'const { random } = Math;\nexport const symbol = random();',
      'const { random: draw } = Math;\nexport const symbol = draw();',
      `export const symbol = Math['random']();`,
      `export const draw = globalThis.Math.random;`,
      `import { pseudoRandomBytes } from 'node:crypto';\nexport const bytes = pseudoRandomBytes(16);`,
      ['apps/payments/src/planted.service.ts', 'export const code = String(Math.random());'],
      ['apps/rail-simulator/src/planted.ts', 'export const code = String(Math.random());'],
      ['libs/household/src/planted.ts', 'export const part = Array.from({ length: 15 }, Math.random);'],
      ['deploy/demo/planted.ts', 'export const code = String(Math.random());'],
    ],
  },
  {
    what: "a keyed hash, which an app's pseudonyms.ts asks for",
    words: /^(keyedHash|hashUnder|hmacSha256|hmacBytes)$/,
    isIt: ({ from }) => /^libs\/(service\/src\/keys\/keyed-hash|sealing\/src\/server\/hmac)\.ts$/.test(from),
    within: /^apps\//,
    may: new RegExp(`${services}pseudonyms[.]ts$`),
    at: 'apps/intake/src/planted.service.ts',
    planted: [
      `import { keyedHash } from '#libs/service';\nexport const token = keyedHash('submission');`,
      `import { keyedHash as named } from '#libs/service';\nexport const token = named('submission');`,
      `import * as service from '#libs/service';\nexport const token = service.keyedHash('submission');`,
      `import * as service from '#libs/service';\nexport const token = service['keyedHash']('submission');`,
      `const { keyedHash: named } = await import('#libs/service');\nexport const token = named('submission');`,
      `export { keyedHash } from '#libs/service';`,
      [
        'apps/intake/src/planted.repository.ts',
        `import { hmacSha256 } from '#libs/sealing';\nexport const f = hmacSha256;`,
      ],
      `import { hmacSha256 } from '#libs/sealing';\nexport const id = hmacSha256(new Uint8Array(32), 'x');`,
      `import { hashUnder } from '../../../libs/service/src/keys/keyed-hash.js';\nexport const under = hashUnder;`,
    ],
  },
  {
    what: "Node's hashes: a hash in an app is one of libs/sealing's, and a keyed one is a pseudonym",
    words: /^(createHmac|createHash|hash|subtle|digest|createHashes|Hash|Hmac)$/,
    isIt: ({ from, name }) =>
      (nodeTypes.test(from) || from.endsWith('/lib.dom.d.ts')) && /crypto|lib\.dom/.test(from) && name !== 'digest',
    within: /^apps\//,
    // The simulator replaces a partner's system and has no service's keys.
    may: /^apps\/rail-simulator\//,
    at: 'apps/intake/src/planted.adapter.ts',
    planted: [
      `import { createHmac } from 'node:crypto';\nexport const id = createHmac('sha256', 'k').digest();`,
      [
        'apps/intake/src/planted.service.ts',
        `import { createHash } from 'node:crypto';\nexport const id = createHash('sha256').update('x').digest();`,
      ],
      `import { createHash as make } from 'crypto';\nexport const id = make('sha256').digest();`,
      `import * as node from 'node:crypto';\nexport const id = node.createHmac('sha256', 'k').digest();`,
      `import node from 'node:crypto';\nexport const id = node['createHash']('sha256').digest();`,
      `const { createHmac: make } = await import('node:crypto');\nexport const id = make('sha256', 'k').digest();`,
      `import { hash } from 'node:crypto';\nexport const id = hash('sha256', 'x');`,
      `export const id = await crypto.subtle.digest('SHA-256', new Uint8Array(1));`,
      `import { webcrypto } from 'node:crypto';\nexport const { subtle } = webcrypto;`,
    ],
  },
  {
    what: 'the private keyring, which is for the cryptography, the keys of a service and its messages',
    words: /^(KEYRING|Keyring|FileKeyring|FileKeyringOptions)$/,
    isIt: ({ from, name }) =>
      /^libs\/(sealing\/src\/server\/keyring\/(file-)?keyring|service\/src\/keys\/keyring\.provider)\.ts$/.test(from) &&
      name !== 'KeyringDescription',
    within: /^(apps|libs)\//,
    may: new RegExp(
      [
        '^libs/sealing/src/(server/|index[.]ts$)',
        '^libs/service/src/(keys|messaging)/',
        // Opens slices with a part of the keyring that it is given; and the exports that tests replace.
        '^libs/bus/src/consume/open-slice[.]ts$',
        '^libs/service/src/testing[.]ts$',
        // Operators make, copy and change keyrings on the machine that holds them.
        '^apps/cli/src/commands/keys[.]ts$',
      ].join('|'),
    ),
    at: 'libs/service/src/operations/planted.ts',
    planted: [
      `import { KEYRING } from '../keys/keyring.provider.js';\nexport const token = KEYRING;`,
      `import { KEYRING as TOKEN } from '../keys/keyring.provider.js';\nexport const needs = { inject: [TOKEN] };`,
      `import { KEYRING } from '../keys/keyring.provider.js';\nconst all = { KEYRING };\nexport const t = all.KEYRING;`,
      `import type { Keyring as K } from '#libs/sealing';\nexport type Part = Pick<K, 'secret'>;`,
      `export type Part = import('#libs/sealing').Keyring;`,
      `import * as sealing from '#libs/sealing';\nexport const open = () => sealing.FileKeyring.open;`,
      [
        'apps/intake/src/planted.service.ts',
        `import { FileKeyring } from '#libs/sealing';\n` +
          `export class A { keys() { return FileKeyring.open({ service: 'intake' } as never); } }`,
      ],
      ['libs/planted/src/index.ts', `import { FileKeyring } from '#libs/sealing';\nexport const f = FileKeyring.open;`],
      `const { FileKeyring: Opened } = await import('#libs/sealing');\nexport const ring = Opened;`,
    ],
  },
  {
    what: "a look into Nest's container, which gives whatever is asked for to whoever asks",
    words: /^(ModuleRef|DiscoveryService|ModulesContainer|LazyModuleLoader|NestContainer|get|resolve|select)$/,
    isIt: ({ from, name, owner }) =>
      nestPackage.test(from) &&
      (/^[A-Z]/.test(name) || /ApplicationContext|ModuleRef|InstanceResolver|NestContainer/.test(owner)),
    within: /^(apps|libs\/service)\//,
    may: /^libs\/service\/src\/(run|auth\/access\.guard)\.ts$/,
    at: 'apps/intake/src/planted.worker.ts',
    planted: [
      `import { ModuleRef } from '@nestjs/core';\nexport class A { constructor(readonly all: ModuleRef) {} }`,
      `import { ModuleRef as Ref } from '@nestjs/core';\nexport class A { constructor(readonly modules: Ref) {} }`,
      `import * as core from '@nestjs/core';\nexport const all = core.DiscoveryService;`,
      `export type Ref = import('@nestjs/core').ModuleRef;`,
      `import type { INestApplicationContext } from '@nestjs/common';\n` +
        `export const log = (app: INestApplicationContext) => app.get('log');`,
      `import type { INestApplication } from '@nestjs/common';\n` +
        `export const log = ({ get }: INestApplication) => get('log');`,
    ],
  },
  {
    what: 'the server below Nest: what is put there is asked by no access guard',
    words: new RegExp(
      '^(Fastify(Instance|Reply|Adapter)|Res|Response|Req|Request|Next|getResponse|getNext|getArgs|getArgByIndex|' +
        'getHttpAdapter|getHttpServer|HttpAdapterHost|AbstractHttpAdapter|NestModule|' +
        'MiddlewareConsumer|NestMiddleware|' +
        'useStaticAssets|setViewEngine|register|addHook|route|setNotFoundHandler|setErrorHandler|send|hijack|raw|' +
        'createServer|createSecureServer|Server|createSocket|listen|use|getInstance|NestFactory|fastify)$',
    ),
    isIt: ({ from, owner, name }) =>
      /node_modules\/fastify\//.test(from)
        ? /^Fastify(Instance|Reply)$/.test(owner) || /^(Fastify(Instance|Reply)|fastify|raw)$/.test(name)
        : nodeTypes.test(from)
          ? /^(create\w+|Server|listen)$/.test(name)
          : nestPackage.test(from) && name !== 'Server' && !(name === 'Request' && /\.interface/.test(from)),
    within: /^(apps|libs)\//,
    may: new RegExp(
      [
        '^libs/service/src/http/',
        // Starts both listeners; sends refusals; answers a health probe with its own status.
        '^libs/service/src/(run|problem/problem[.]filter|health/health[.]controller)[.]ts$',
        // Bounds the connections of a listener, before any request.
        '^libs/service/src/(admission/connections|limits/door-limits)[.]ts$',
        // Replaces a partner's system: it has no access guard, and sends answers that no framework would send.
        '^apps/rail-simulator/',
      ].join('|'),
    ),
    at: 'apps/intake/src/planted.controller.ts',
    planted: [
      `import type { FastifyInstance } from 'fastify';\nexport const add = (f: FastifyInstance) => f;`,
      `import type { FastifyReply as R } from 'fastify';\nexport const answer = (reply: R) => reply.send('x');`,
      `import { Res } from '@nestjs/common';\nexport class A { read(@Res() reply: unknown) { return reply; } }`,
      `import { Response as R } from '@nestjs/common';\nexport class A { read(@R() reply: string) { return reply; } }`,
      `import { Req } from '@nestjs/common';\nexport class A { read(@Req() request: unknown) { return request; } }`,
      `import type { FastifyRequest } from 'fastify';\n` +
        `export const add = (r: FastifyRequest) => r.server.addHook('onRequest', async () => undefined);`,
      `import type { FastifyRequest } from 'fastify';\n` +
        `export const add = (r: FastifyRequest) => r.server.route({ method: 'GET', url: '/', handler: () => 1 });`,
      `import type { FastifyRequest } from 'fastify';\nexport const add = ({ server }: FastifyRequest) => ` +
        `server['setNotFoundHandler'](() => undefined);`,
      `import type { NestFastifyApplication as App } from '@nestjs/platform-fastify';\n` +
        `export const add = (app: App) => app.useStaticAssets({ root: '/' });`,
      `import type { INestApplication } from '@nestjs/common';\n` +
        `export const add = (app: INestApplication) => app.getHttpAdapter().get('/', () => 1);`,
      `import { HttpAdapterHost } from '@nestjs/core';\nexport const of = (host: HttpAdapterHost) => host;`,
      `import type { MiddlewareConsumer } from '@nestjs/common';\n` +
        `export const add = (middleware: MiddlewareConsumer) => middleware.apply();`,
      `import type { NestModule } from '@nestjs/common';\nexport type M = NestModule;`,
      `import type { ExecutionContext } from '@nestjs/common';\n` +
        `export const answer = (context: ExecutionContext) => context.switchToHttp().getResponse<unknown>();`,
      `import type { ArgumentsHost } from '@nestjs/common';\n` +
        `export const answer = (host: ArgumentsHost) => host.getArgByIndex<unknown>(1);`,
      [
        'apps/intake/src/planted.adapter.ts',
        `import { createServer } from 'node:http';\ncreateServer(() => undefined).listen(0);`,
      ],
      ['apps/intake/src/planted.adapter.ts', `import { Server } from 'node:net';\nnew Server().listen(0);`],
      [
        'libs/bus/src/planted.ts',
        `import net from 'node:net';\nexport const go = (s: net.Socket & net.Server) => s.listen;`,
      ],
      `import { createServer } from 'node:http';\nexport const server = createServer();`,
      `import * as net from 'node:net';\nexport const server = net.createServer();`,
      `import { fastify } from 'fastify';\nexport const server = fastify();`,
      `import { NestFactory } from '@nestjs/core';\nexport const app = NestFactory;`,
    ],
  },
  {
    what: 'the environment, which configuration reads',
    words: /^(env|loadEnvFile|getBuiltinModule|dlopen|mainModule|createRequire|require|ProcessEnv)$/,
    isIt: ({ from, name }) => nodeTypes.test(from) && name !== '',
    within: /^(apps|libs|deploy)\//,
    may: new RegExp(
      [
        '^libs/service/src/config/environment[.]ts$',
        // Launchers start other programs and pass the environment on.
        '^deploy/docker/(enrol|setup)[.]ts$',
        '^deploy/local/(child|kafka-jars|layout|main)[.]ts$',
        // Finds a package that is not installed on every platform.
        '^deploy/local/postgres[.]ts$',
      ].join('|'),
    ),
    at: 'libs/bus/src/planted.ts',
    planted: [
      'export const port = process.env.PORT;',
      `export const port = process.env['PORT'];`,
      `export const port = process['env']['PORT'];`,
      'export const port = process[`env`].PORT;',
      'export const { env } = process;',
      'export const { env: settings } = process;',
      'export const { env: { PORT } } = process;',
      'export const port = ({ env }: NodeJS.Process) => env.PORT;',
      `let settings: unknown;\n({ env: settings } = process);\nexport { settings };`,
      'export const port = globalThis.process.env.PORT;',
      `export const port = globalThis['process'].env.PORT;`,
      'export const port = global.process.env.PORT;',
      `import { env } from 'node:process';\nexport const port = env.PORT;`,
      `import { env as settings } from 'process';\nexport const port = settings.PORT;`,
      `import running from 'node:process';\nexport const port = running.env.PORT;`,
      `import * as running from 'node:process';\nexport const port = running.env.PORT;`,
      `export const port = (await import('node:process')).env.PORT;`,
      `export { env } from 'node:process';`,
      `process.loadEnvFile();`,
      `process.dlopen(module, 'x.node');`,
      `export const port = process.getBuiltinModule('node:process');`,
      ['apps/intake/src/planted.adapter.ts', `export const net = process.getBuiltinModule('node:net');`],
      [
        'apps/intake/src/planted.service.ts',
        `import { createRequire } from 'node:module';\ncreateRequire(import.meta.url)('kafkajs');`,
      ],
      `import { createRequire } from 'node:module';\nexport const load = createRequire(import.meta.url);`,
    ],
  },
  {
    what: 'the process as a whole: whoever is handed it can read the environment',
    words: /^process$/,
    isIt: (mention) =>
      /node_modules\/@types\/node\/(process|globals)/.test(mention.from) && !isOneThingOf(mention.node),
    within: /^(apps|libs|deploy)\//,
    may: NOBODY,
    at: 'libs/bus/src/planted.ts',
    planted: [
      'const running = process;\nexport const port = (running as unknown as { env: { PORT: string } }).env.PORT;',
      `export const port = Reflect.get(process, 'env');`,
      'export const all = { ...process };',
      'export const { pid, ...others } = process;',
      `export const of = (name: 'env' | 'pid') => process[name];`,
      'export const all = globalThis.process;',
    ],
  },
];

/** True for `process.exit` and the like, which do not expose the process itself. */
function isOneThingOf(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return isOneThingOf(parent);
  return ts.isPropertyAccessExpression(parent) && parent.expression === node;
}
