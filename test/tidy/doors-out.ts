import { type Door, NOBODY, nestPackage, nodeTypes, services } from './door.js';

const typeorm = /node_modules\/(typeorm|@nestjs\/typeorm|pg|@types\/pg)\//;

/** Code with an effect outside of its file: transactions, statements, messages, requests to other systems. */
export const doorsOut: readonly Door[] = [
  {
    what: 'a transaction, which a service or a worker opens',
    words: /^(Transactions|OutboxTransactions|OutboxTransactionsOptions|run|read)$/,
    isIt: ({ from }) => from === 'libs/bus/src/produce/transactions.ts',
    within: /^(apps|libs\/service)\//,
    may: new RegExp(
      [
        `${services}.*[.](service|worker)[.]ts$`,
        '^libs/service/src/(legal-hold/legal-holds|operations/(clock|revocation))[.]service[.]ts$',
        // Notes an act that has no transaction of its own, and gives the acts to those who check them.
        '^libs/service/src/audit/audit-trail[.]ts$',
        // Provides it to services and workers.
        '^libs/service/src/messaging/messaging[.]module[.]ts$',
      ].join('|'),
    ),
    at: 'apps/intake/src/on-planted.ts',
    planted: [
      `import { Transactions } from '#libs/bus';\n` +
        `export class A { constructor(private readonly all: Transactions<'intake'>) {} }`,
      `import { Transactions as T } from '#libs/bus';\nexport class A { constructor(readonly all: T<'intake'>) {} }`,
      `import type * as bus from '#libs/bus';\nexport const go = (all: bus.Transactions<'intake'>) => all.read;`,
      `export type All = import('#libs/bus').Transactions<'intake'>;`,
      [
        'apps/intake/src/planted.controller.ts',
        `export const go = (all: import('#libs/bus').Transactions<'intake'>) => all.run(async () => 1);`,
      ],
      ['apps/intake/src/planted.repository.ts', `export { Transactions } from '#libs/bus';`],
      [
        'apps/intake/src/planted.module.ts',
        `import { Transactions } from '#libs/bus';\nexport const t = Transactions;`,
      ],
      ['libs/service/src/operations/planted.ts', `export { Transactions } from '#libs/bus';`],
    ],
  },
  {
    what: 'a way to a transaction, or to a statement, that is none of the bus',
    words: new RegExp(
      '^(inTransaction|reading|transaction|DataSource|EntityManager|QueryRunner|createQueryRunner|startTransaction|' +
        'manager|dataSourceOf|openDatabase|openPool|InjectDataSource|InjectEntityManager|getDataSourceToken|' +
        'getEntityManagerToken|Pool|PoolClient|Client|ClientBase|createQueryBuilder|query|initialize|connect)$',
    ),
    isIt: ({ from, name, owner }) =>
      typeorm.test(from) ||
      from.startsWith('libs/service/src/database/') ||
      (from === 'libs/database/src/tx.ts' && owner !== 'Tx' && name !== 'query'),
    within: /^apps\//,
    may: new RegExp(`${services}migrations/`),
    at: 'apps/intake/src/planted.repository.ts',
    planted: [
      `import { DataSource } from 'typeorm';\nexport const go = (all: DataSource) => all;`,
      `export const go = (all: import('typeorm').DataSource) => all.transaction(async () => 1);`,
      `import type { Repository } from 'typeorm';\n` +
        `export const go = (rows: Repository<object>) => rows.manager.transaction(async () => 1);`,
      `import type { Repository } from 'typeorm';\nexport const go = (r: Repository<object>) => r.query('BEGIN');`,
      `import { InjectDataSource } from '@nestjs/typeorm';\nexport class A { @InjectDataSource() all: unknown; }`,
      `import { InjectEntityManager as M } from '@nestjs/typeorm';\nexport class A { @M() readonly all: unknown; }`,
      `import { inTransaction } from '#libs/database';\nexport const go = inTransaction;`,
      `import { inTransaction as go } from '#libs/database';\nexport { go };`,
      `import * as database from '#libs/database';\nexport const go = database['inTransaction'];`,
      `import { Pool } from 'pg';\nexport const pool = new Pool();`,
      [
        'apps/intake/src/planted.controller.ts',
        `import { dataSourceOf } from '#libs/service';\n` +
          `const all = await dataSourceOf({ url: '', entities: [], migrations: [] }).initialize();\n` +
          'await all.transaction(async () => undefined);',
      ],
      [
        'apps/intake/src/planted.service.ts',
        `import { inTransaction } from '#libs/database';\nexport { inTransaction };`,
      ],
      ['apps/intake/src/planted.worker.ts', `export const go = (await import('#libs/database')).reading;`],
    ],
  },
  {
    what: 'a statement, which a repository makes',
    words: /^query$/,
    isIt: ({ from }) => from === 'libs/database/src/tx.ts',
    within: /^apps\//,
    may: new RegExp(`${services}.*[.]repository[.]ts$`),
    at: 'apps/intake/src/planted.service.ts',
    planted: [
      `import type { Tx } from '#libs/database';\nexport const go = (tx: Tx) => tx.query('SELECT 1');`,
      `import type { UnitOfWork } from '#libs/bus';\n` +
        `export const go = ({ tx }: UnitOfWork<'intake'>) => tx['query']('SELECT 1');`,
      `import type { Tx } from '#libs/database';\nexport const go = ({ query }: Tx) => query('SELECT 1');`,
      ['apps/intake/src/on-planted.ts', `export const go = (tx: import('#libs/database').Tx) => tx.query('SELECT 1');`],
    ],
  },
  {
    what: 'the whole bus, of which others are given a part: transactions, or how it stands',
    words: /^Bus$/,
    isIt: ({ from }) => from === 'libs/bus/src/bus.ts',
    within: /^(apps|libs\/service)\//,
    may: /^libs\/service\/src\/(run\.ts$|messaging\/|operations\/)/,
    at: 'libs/service/src/health/planted.ts',
    planted: [
      `import { Bus } from '#libs/bus';\nexport class A { constructor(readonly bus: Bus<'intake'>) {} }`,
      `import type { Bus as Whole } from '#libs/bus';\nexport type Part = Pick<Whole<'intake'>, 'status'>;`,
      `import * as bus from '#libs/bus';\nexport const token = bus.Bus;`,
      [
        'apps/intake/src/on-planted.ts',
        `import { Bus } from '#libs/bus';\nexport class A { constructor(private readonly bus: Bus<'intake'>) {} }`,
      ],
      ['apps/intake/src/planted.service.ts', `import { Bus as B } from '#libs/bus';\nexport const all = B;`],
    ],
  },
  {
    what: 'what joins a service to the bus, which libs/service does',
    words: /^(BusOptions|BatchTransport|prepareTopics|openSlice|SliceOpener)$/,
    isIt: ({ from }) => from.startsWith('libs/bus/src/'),
    within: new RegExp(services),
    may: NOBODY,
    at: 'apps/intake/src/on-planted.ts',
    planted: [
      `import { openSlice } from '#libs/bus';\nexport const open = openSlice;`,
      `export const all = (await import('#libs/bus')).BatchTransport;`,
    ],
  },
  {
    what: 'a message, which outgoing.ts makes',
    words: /^(message|catalogue|contractsFrom|contractOfTopic|Outgoing)$/,
    isIt: ({ from }) => from === 'libs/contracts/src/catalogue.ts',
    within: new RegExp(services),
    may: new RegExp(`${services}(.+/)?outgoing[.]ts$`),
    at: 'apps/intake/src/planted.service.ts',
    planted: [
      `import { message } from '#libs/contracts';\nexport const say = message;`,
      `import { message as say } from '#libs/contracts';\nexport { say };`,
      `import * as contracts from '#libs/contracts';\nexport const say = contracts['message'];`,
      `const { message: say } = await import('#libs/contracts');\nexport { say };`,
      `import type { Outgoing } from '#libs/contracts';\n` +
        `export const say = (m: Outgoing<'intake'>) => ({ ...m, day: '2026-11-02' });`,
      `import { contractsFrom } from '#libs/contracts';\nexport const [first] = contractsFrom('intake');`,
      ['apps/intake/src/on-planted.ts', `export { message } from '#libs/contracts';`],
      ['apps/intake/src/planted.controller.ts', `export { message } from '#libs/contracts';`],
    ],
  },
  {
    what: 'the contract of a message, which is for the one who makes it and the one who handles it',
    words: /(Given|Filed|Submitted|Chosen|Awarded|Cancelled|Due|Posted|Closed)$/,
    isIt: ({ from, name }) =>
      /^libs\/contracts\/src\/(intake|eligibility|payments)\/[a-z-]+\.v1\.ts$/.test(from) && /^[a-z]/.test(name),
    within: new RegExp(services),
    may: new RegExp(`${services}(.+/)?(outgoing|on-[a-z-]+)[.]ts$`),
    at: 'apps/intake/src/planted.service.ts',
    planted: [
      `import { message, contactGiven } from '#libs/contracts';\n` +
        `export const all = [message(contactGiven, '2026-11-02', { submission: '', sealed: '' })];`,
      `import { contactGiven } from '#libs/contracts';\nexport const all = [{ contract: contactGiven, payload: {} }];`,
      `import * as contracts from '#libs/contracts';\nexport const contract = contracts['contactGiven'];`,
      ['apps/intake/src/planted.worker.ts', `export const contract = (await import('#libs/contracts')).contactGiven;`],
    ],
  },
  {
    what: 'a request to somebody else, which an adapter sends',
    words: /^(fetch|WebSocket|EventSource|XMLHttpRequest|sendBeacon|RTCPeerConnection)$/,
    isIt: ({ from }) => nodeTypes.test(from) || /\/(lib\.dom\.d\.ts|undici-types\/.*)$/.test(from),
    within: /^(apps|libs)\//,
    may: new RegExp(`${services}.*[.]adapter[.]ts$|^apps/cli/src/city[.]ts$|^libs/household/src/door[.]ts$`),
    at: 'apps/intake/src/planted.service.ts',
    planted: [
      `export const page = fetch('http://localhost');`,
      'export const get = fetch;',
      `export const page = globalThis.fetch('http://localhost');`,
      `export const page = globalThis['fetch']('http://localhost');`,
      'export const { fetch: get } = globalThis;',
      `export const page = window.fetch('http://localhost');`,
      `export const socket = new WebSocket('ws://localhost');`,
      `export const socket = new globalThis.WebSocket('ws://localhost');`,
      `export const events = new EventSource('http://localhost');`,
      ...['on-planted', 'planted.controller', 'planted.repository', 'planted/outgoing'].map(
        (kind) => [`apps/intake/src/${kind}.ts`, `export const page = fetch('http://localhost');`] as const,
      ),
      ['libs/household/src/planted.ts', `export const page = fetch('http://localhost');`],
    ],
  },
  {
    what: 'secrets that are made by number, which are for pseudonyms',
    words: /^(secretSeries|SecretSeries)$/,
    isIt: ({ from }) => from === 'libs/service/src/keys/secret-series.ts',
    within: /^(apps|libs\/service)\//,
    may: new RegExp(
      [
        `${services}pseudonyms[.]ts$`,
        // Makes and destroys the secrets on time.
        '^apps/eligibility/src/cycle-keys[.]worker[.]ts$',
        '^libs/service/src/(keys/|index[.]ts$)',
      ].join('|'),
    ),
    at: 'apps/intake/src/planted.service.ts',
    planted: [
      `import { Inject } from '@nestjs/common';\nimport { secretSeries } from '#libs/service';\n` +
        `export class A { constructor(@Inject(secretSeries('box')) readonly keys: unknown) {} }`,
      `import type { SecretSeries as S } from '#libs/service';\nexport class A { constructor(readonly keys: S) {} }`,
      ['apps/intake/src/planted.repository.ts', `export { secretSeries } from '#libs/service';`],
      ['libs/service/src/auth/planted.ts', `export { secretSeries } from '../keys/secret-series.js';`],
    ],
  },
  {
    what: 'what Nest puts around every request',
    words: /^(APP_(GUARD|FILTER|PIPE|INTERCEPTOR)|useGlobal\w+|UseGuards|UseInterceptors|UseFilters|UsePipes)$/,
    isIt: ({ from }) => nestPackage.test(from),
    within: /^(apps|libs)\//,
    may: /^libs\/service\/src\/(auth\/auth\.module|openapi\/openapi\.module|run)\.ts$|^apps\/rail-simulator\//,
    at: 'apps/intake/src/planted.module.ts',
    planted: [
      `import { APP_GUARD } from '@nestjs/core';\nexport const provider = { provide: APP_GUARD, useValue: 1 };`,
      `import { APP_INTERCEPTOR as A } from '@nestjs/core';\nexport const token = A;`,
      [
        'apps/intake/src/planted.controller.ts',
        `import { UseGuards } from '@nestjs/common';\nexport const u = UseGuards;`,
      ],
    ],
  },
];
