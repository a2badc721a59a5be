// The import rules. Each rule has a planted violation in test/tidy, which fails if the rule does not fire. `except`
// lists everything that a kind of file may import; any other import is refused.

const words = require('./.dependency-cruiser.kinds.cjs');

const { domain, inService, kinds, lib, nest, nodeBuiltIn, npm, publicPolicy, sources, testing } = words;
/** Modules that reach the network or run code that no rule can read. */
const network = '^(net|tls|http|https|http2|dgram|dns|dns/promises|child_process|worker_threads|cluster|vm|module)$';

/** A lib's own sources may import only their own files and `except`. */
const libMay = (name, why, except) => ({
  name: `${name}-imports`,
  comment: why,
  from: { path: `^libs/${name}/`, pathNot: sources },
  to: { pathNot: [`^libs/${name}/src/`, ...except] },
});

const kindMay = (name, why, path, except) => ({
  name,
  comment: why,
  from: { path, pathNot: sources },
  to: { pathNot: except },
});

/** The folders of the bus, each with the folders that it may import. */
const busRooms = {
  trouble: [],
  inbox: ['trouble'],
  kafka: ['trouble'],
  produce: ['trouble', 'inbox', 'kafka'],
  consume: ['trouble', 'inbox', 'kafka', 'produce'],
};

/** The folders of payments, each with the folders whose `index.ts` it may import. */
const paymentsRooms = {
  ledger: [],
  rails: ['ledger'],
  disbursement: ['ledger', 'rails'],
  release: ['ledger', 'rails'],
  reconciliation: ['ledger', 'rails', 'disbursement'],
};
const anyPaymentsRoom = `^apps/payments/src/(${Object.keys(paymentsRooms).join('|')})/`;

module.exports = {
  forbidden: [
    kindMay(
      'domain-is-pure',
      'The domain is pure functions over data: no input, output, clock, randomness, framework or contract.',
      '^apps/([^/]+)/src/(|.+/)domain/',
      [domain],
    ),
    ...Object.entries(kinds).flatMap(([name, { why, file, may }]) => kindMay(name, why, `${inService}${file}`, may)),
    {
      name: 'front-door',
      comment: 'The index.ts of a folder exports only files of that folder.',
      from: { path: '^apps/([^/]+)/src/(.+)/index[.]ts$', pathNot: sources },
      to: { pathNot: '^apps/$1/src/$2/' },
    },
    {
      name: 'repository-decides-nothing',
      comment: 'A repository reads and writes: it imports the types of the domain and calls none of its rules.',
      from: { path: `${inService}.*[.]repository[.]ts$`, pathNot: sources },
      to: { path: domain, dependencyTypesNot: ['type-only'] },
    },
    kindMay(
      'cli-imports',
      'The command calls services over the network and opens keyrings; it uses no database and no code of a service.',
      '^apps/cli/src/',
      [
        '^apps/cli/src/',
        lib('bus', 'contracts', 'household', 'records', 'sealing', 'service'),
        npm('commander', 'class-validator', 'reflect-metadata'),
        nodeBuiltIn,
      ],
    ),
    kindMay(
      'rail-simulator-imports',
      'The simulator replaces partners’ systems: it has a server and a clock, and no code of a service.',
      '^apps/rail-simulator/src/',
      [
        '^apps/rail-simulator/src/',
        lib('service'),
        nest,
        npm('class-validator', 'fastify', 'rxjs', 'reflect-metadata'),
        nodeBuiltIn,
      ],
    ),
    ...Object.entries(paymentsRooms).map(([room, known]) => ({
      name: `payments-room-${room}`,
      comment: 'A folder of payments imports only the index.ts of the folders listed for it.',
      from: { path: `^apps/payments/src/${room}/`, pathNot: sources },
      to: {
        path: anyPaymentsRoom,
        pathNot: [`^apps/payments/src/${room}/`, `^apps/payments/src/(${known.join('|')})/index[.]ts$`],
      },
    })),
    {
      name: 'payments-rooms-by-front-door',
      comment: 'The files that join the folders of payments import only their index.ts, too.',
      from: { path: '^apps/payments/src/[^/]+[.]ts$', pathNot: sources },
      to: { path: anyPaymentsRoom, pathNot: '^apps/payments/src/[^/]+/index[.]ts$' },
    },
    {
      name: 'no-app-imports-another',
      comment: 'Services talk through the contracts only.',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-stand-alone',
      comment: 'A service needs only its own files and the libs to run; only tests import test/.',
      from: { path: '^apps/', pathNot: sources },
      to: { path: '^(deploy|test)/' },
    },
    {
      name: 'nothing-imports-an-app',
      comment: 'Libs, deploy and whole-system tests use the services through their public interfaces.',
      from: { path: '^(libs|deploy|test)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'libs-by-front-door',
      comment:
        'A lib is imported by its src/index.ts only; sealing also by browser.ts, policy by public.ts, tests by testing.ts.',
      from: { path: '^(apps|deploy|test)/' },
      to: { path: '^libs/', pathNot: ['^libs/[^/]+/src/index[.]ts$', publicPolicy, testing] },
    },
    {
      name: 'libs-by-front-door-of-each-other',
      comment: 'A lib imports another lib by its index.ts only, too.',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index[.]ts$', publicPolicy, testing] },
    },
    libMay('contracts', 'The contracts are read by auditors and browsers.', [
      npm('class-validator', 'class-transformer', 'reflect-metadata'),
    ]),
    libMay('policy', "A city's policy is data; reading and checking it needs only the contracts.", [lib('contracts')]),
    libMay('api-docs', 'Pages and schemas are made from the contracts alone.', [
      lib('contracts'),
      npm('class-validator-jsonschema'),
    ]),
    libMay('sealing', 'Cryptography depends on cryptography only.', [
      npm('@hpke/core', '@hpke/common', 'hash-wasm'),
      nodeBuiltIn,
    ]),
    {
      name: 'sealing-rooms',
      comment: 'The envelope uses the keyring and HPKE. Keyring and HPKE import neither the envelope nor each other.',
      from: { path: '^libs/sealing/src/server/(keyring|hpke)/', pathNot: sources },
      to: { path: '^libs/sealing/src/server/(keyring|hpke|envelope)/', pathNot: '^libs/sealing/src/server/$1/' },
    },
    {
      name: 'sealing-ground-floor',
      comment: 'The files that all folders use import none of them.',
      from: { path: '^libs/sealing/src/(server/)?[^/]+[.]ts$', pathNot: [...sources, '/(index|browser)[.]ts$'] },
      to: { path: '^libs/sealing/src/(device|server/[^/]+)/' },
    },
    {
      name: 'device-part-runs-in-browsers',
      comment: "Sealing's device part and the household library have no Node.",
      from: { path: '^libs/(sealing/src/(browser[.]ts|device/)|household/src/)', pathNot: sources },
      to: { dependencyTypes: ['core'] },
    },
    libMay('household', 'The household library runs on the device of a household.', [
      lib('contracts', 'sealing'),
      publicPolicy,
    ]),
    libMay('database', 'The lowest layer uses PostgreSQL and knows nothing of its content.', [
      npm('pg', '@types/pg', 'typeorm'),
    ]),
    libMay('bus', 'The bus moves sealed messages between a database and Kafka.', [
      lib('contracts', 'sealing', 'database', 'records'),
      npm('kafkajs', 'pg', '@types/pg', '@nestjs/common', '@nestjs/microservices', 'rxjs'),
      nodeBuiltIn,
    ]),
    ...Object.entries(busRooms).map(([room, below]) => ({
      name: `bus-room-${room}`,
      comment:
        'A folder of the bus imports the folders below it, and neither those above it nor the files that join them.',
      from: { path: `^libs/bus/src/${room}/`, pathNot: sources },
      to: { path: '^libs/bus/src/', pathNot: `^libs/bus/src/(${[room, ...below].join('|')})/` },
    })),
    libMay('records', 'Records are sealed rows.', [
      lib('sealing', 'database'),
      npm('typeorm', 'pg', '@types/pg'),
      nodeBuiltIn,
    ]),
    libMay('service', 'The code that every service needs to start, without any service’s own work.', [
      lib('contracts', 'policy', 'api-docs', 'sealing', 'database', 'records', 'bus'),
      nest,
      npm(
        '@nestjs/microservices',
        '@nestjs/typeorm',
        'typeorm',
        'pg',
        '@types/pg',
        'pino',
        'prom-client',
        'fastify',
        'rxjs',
      ),
      npm('class-validator', 'class-transformer', 'reflect-metadata'),
      nodeBuiltIn,
    ]),
    {
      name: 'service-database-below-all',
      comment: 'The folder `database` receives the list of tables; it imports none of the folders that own them.',
      severity: 'error',
      from: { path: '^libs/service/src/database/', pathNot: sources },
      to: { path: '^libs/service/src/', pathNot: '^libs/service/src/(database|config|profile)/' },
    },
    {
      name: 'kafkajs-only-in-the-bus',
      comment:
        'Only the bus imports the Kafka client, so that it can be replaced. Tests and the local set-up are free to.',
      from: { pathNot: ['^libs/bus/', '^deploy/local/test/', '^test/'] },
      to: { path: npm('kafkajs') },
    },
    {
      name: 'no-network-past-the-doors',
      comment:
        "Only a service's listeners and their limits import Node's network modules, and no file runs code that no rule can read.",
      from: {
        path: '^(apps|libs)/[^/]+/',
        pathNot: [...sources, '^libs/service/src/(http|admission|limits)/', '^apps/rail-simulator/src/simulator[.]ts$'],
      },
      to: { path: network, dependencyTypes: ['core'] },
    },
    {
      name: 'no-circle',
      comment: 'Files that import each other in a circle can only be understood together.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'Every import must be found.',
      from: {},
      // The same scripts that load dist/ build it.
      to: { couldNotResolve: true, pathNot: '^[.][.]/[.][.]/dist/' },
    },
    {
      name: 'declared-packages-only',
      comment: 'A package that package.json does not list is installed by accident.',
      from: { path: '^(apps|libs|deploy|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-development-package-in-the-product',
      comment: 'The image has no development packages. Imports of types are allowed, because the build removes them.',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: sources },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'testing-door-is-for-tests',
      comment: 'A lib exports code for tests from testing.ts, so that no service contains it.',
      from: { pathNot: [...sources, '^test/'] },
      to: { path: testing },
    },
    {
      name: 'nothing-imports-a-test',
      comment: 'No file imports a test.',
      from: {},
      to: { path: '[.]spec[.]ts$' },
    },
  ].map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|[.]local)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      conditionNames: ['source', 'types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
