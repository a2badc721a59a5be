// Who may import whom. Each rule has a planted violation in test/tidy, which fails if the rule does not fire.
// `except` lists everything that a kind of file may import; whatever it does not list is refused.

const words = require('./.dependency-cruiser.kinds.cjs');

const { domain, inService, kinds, lib, nest, nodeBuiltIn, npm, publicPolicy, sources, testing } = words;
/** Node's network, and what runs code that no rule can read. */
const network = '^(net|tls|http|https|http2|dgram|dns|dns/promises|child_process|worker_threads|cluster|vm|module)$';

/** A lib's own sources may import its own files and `except`, and nothing else. */
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

/** The rooms of the bus, each with those on which it stands. */
const busRooms = {
  trouble: [],
  inbox: [],
  kafka: ['trouble'],
  produce: ['trouble', 'inbox', 'kafka'],
  consume: ['trouble', 'inbox', 'kafka', 'produce'],
};

/** The folders of payments, each with those whose front door it knows. */
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
      'The domain is functions over data: no input, output, clock, randomness, framework or contract.',
      '^apps/([^/]+)/src/(|.+/)domain/',
      [domain],
    ),
    ...Object.entries(kinds).flatMap(([name, { why, file, may }]) => kindMay(name, why, `${inService}${file}`, may)),
    {
      name: 'front-door',
      comment: 'The front door of a folder leads into that folder.',
      from: { path: '^apps/([^/]+)/src/(.+)/index[.]ts$', pathNot: sources },
      to: { pathNot: '^apps/$1/src/$2/' },
    },
    {
      name: 'repository-decides-nothing',
      comment: 'A repository reads and writes: of the domain it knows the shapes, and calls no rule.',
      from: { path: `${inService}.*[.]repository[.]ts$`, pathNot: sources },
      to: { path: domain, dependencyTypesNot: ['type-only'] },
    },
    kindMay(
      'cli-imports',
      'The command asks services over the network and looks at keyrings; it has no database and no part of a service.',
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
      'The simulator stands for systems of others: it has a server and a clock, and nothing of what a service knows.',
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
      comment: 'A folder of payments knows the front doors of those it stands on, and no other folder.',
      from: { path: `^apps/payments/src/${room}/`, pathNot: sources },
      to: {
        path: anyPaymentsRoom,
        pathNot: [`^apps/payments/src/${room}/`, `^apps/payments/src/(${known.join('|')})/index[.]ts$`],
      },
    })),
    {
      name: 'payments-rooms-by-front-door',
      comment: 'What joins the folders of payments knows nothing of their inside, either.',
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
      comment: 'What a service needs to run is in the service and the libs; nothing but a test reaches for test/.',
      from: { path: '^apps/', pathNot: sources },
      to: { path: '^(deploy|test)/' },
    },
    {
      name: 'nothing-imports-an-app',
      comment: 'Libs, deploy and whole-system tests know the services by their public doors.',
      from: { path: '^(libs|deploy|test)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'libs-by-front-door',
      comment:
        'Of a lib only src/index.ts can be imported (in a browser its browser.ts, by condition), of policy public.ts; testing.ts by tests.',
      from: { path: '^(apps|deploy|test)/' },
      to: { path: '^libs/', pathNot: ['^libs/[^/]+/src/index[.]ts$', publicPolicy, testing] },
    },
    {
      name: 'libs-by-front-door-of-each-other',
      comment: 'Libs, too, see only the front door of another lib.',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index[.]ts$', publicPolicy, testing] },
    },
    libMay('contracts', 'The contracts are read by auditors and browsers.', [
      npm('class-validator', 'class-transformer', 'reflect-metadata'),
    ]),
    libMay('policy', "A city's policy is data, read and checked with nothing but the contracts' words.", [
      lib('contracts'),
    ]),
    libMay('api-docs', 'Pages and schemas are made from the contracts and from nothing else.', [
      lib('contracts'),
      npm('class-validator-jsonschema'),
    ]),
    libMay('sealing', 'Cryptography depends on cryptography only.', [
      npm('@hpke/core', '@hpke/common', 'hash-wasm'),
      nodeBuiltIn,
    ]),
    {
      name: 'sealing-rooms',
      comment: 'The envelope uses keyring and HPKE. Neither knows what is sealed with it, nor the other.',
      from: { path: '^libs/sealing/src/server/(keyring|hpke)/', pathNot: sources },
      to: { path: '^libs/sealing/src/server/(keyring|hpke|envelope)/', pathNot: '^libs/sealing/src/server/$1/' },
    },
    {
      name: 'sealing-ground-floor',
      comment: 'What all rooms stand on knows none of them.',
      from: { path: '^libs/sealing/src/(server/)?[^/]+[.]ts$', pathNot: [...sources, '/(index|browser)[.]ts$'] },
      to: { path: '^libs/sealing/src/(device|server/[^/]+)/' },
    },
    {
      name: 'device-part-runs-in-browsers',
      comment: "Sealing's device part and the household library have no Node.",
      from: { path: '^libs/(sealing/src/(browser[.]ts|device/)|household/src/)', pathNot: sources },
      to: { dependencyTypes: ['core'] },
    },
    libMay('household', 'It does what a household does, on its device.', [lib('contracts', 'sealing'), publicPolicy]),
    libMay('database', 'The ground floor knows PostgreSQL, and nothing of what is kept there.', [
      npm('pg', '@types/pg', 'typeorm'),
    ]),
    libMay('bus', 'The bus moves sealed messages between a database and Kafka.', [
      lib('contracts', 'sealing', 'database', 'records'),
      npm('kafkajs', 'pg', '@types/pg', '@nestjs/common', '@nestjs/microservices', 'rxjs'),
      nodeBuiltIn,
    ]),
    ...Object.entries(busRooms).map(([room, below]) => ({
      name: `bus-room-${room}`,
      comment: 'A room of the bus stands on the rooms below it, and knows neither those above nor what joins them.',
      from: { path: `^libs/bus/src/${room}/`, pathNot: sources },
      to: { path: '^libs/bus/src/', pathNot: `^libs/bus/src/(${[room, ...below].join('|')})/` },
    })),
    libMay('records', 'Records are sealed rows.', [
      lib('sealing', 'database'),
      npm('typeorm', 'pg', '@types/pg'),
      nodeBuiltIn,
    ]),
    libMay('service', 'What every service needs to boot, and nothing of what any of them does.', [
      lib('contracts', 'policy', 'sealing', 'database', 'records', 'bus'),
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
        'http-message-signatures',
        'rxjs',
      ),
      npm('class-validator', 'class-transformer', 'reflect-metadata'),
      nodeBuiltIn,
    ]),
    {
      name: 'service-database-below-all',
      comment: 'The room of the database is told which tables there are; it knows none of the rooms that have them.',
      severity: 'error',
      from: { path: '^libs/service/src/database/', pathNot: sources },
      to: { path: '^libs/service/src/', pathNot: '^libs/service/src/(database|config|profile)/' },
    },
    {
      name: 'kafkajs-only-in-the-bus',
      comment: 'Another client can take its place. Set-up of a local broker and tests are outside the product.',
      from: { pathNot: ['^libs/bus/', '^deploy/local/test/', '^test/'] },
      to: { path: npm('kafkajs') },
    },
    {
      name: 'no-network-past-the-doors',
      comment: "Only what listens for a service has Node's network, and nothing runs code that no rule can read.",
      from: {
        path: '^(apps|libs)/[^/]+/',
        pathNot: [...sources, '^libs/service/src/http/', '^apps/rail-simulator/src/simulator[.]ts$'],
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
      // dist/ is built by the very scripts that load it.
      to: { couldNotResolve: true, pathNot: '^[.][.]/[.][.]/dist/' },
    },
    {
      name: 'declared-packages-only',
      comment: 'A package that package.json does not list is there by accident.',
      from: { path: '^(apps|libs|deploy|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-development-package-in-the-product',
      comment: 'An image is installed without development packages. Types vanish in the build.',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: sources },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'testing-door-is-for-tests',
      comment: 'What a test needs of a lib has a door of its own, so that no service is shipped with it.',
      from: { pathNot: [...sources, '^test/'] },
      to: { path: testing },
    },
    {
      name: 'nothing-imports-a-test',
      comment: 'A test is nobody’s library.',
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
