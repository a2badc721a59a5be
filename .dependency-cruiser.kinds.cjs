// The imports that each kind of file of a service may use, and helpers to write the import rules.

const own = '^apps/$1/src/';
const sources = ['[.]spec[.]ts$', '^libs/[^/]+/test/', '^apps/[^/]+/test/'];
const npm = (...names) => `node_modules/(${names.join('|')})/`;
const nest = npm('@nestjs/common', '@nestjs/core', '@nestjs/platform-fastify');
const nodeBuiltIn = '^[a-z_/]+$';
const lib = (...names) => `^libs/(${names.join('|')})/src/index[.]ts$`;
const testing = '^libs/[^/]+/src/testing[.]ts$';
const publicPolicy = '^libs/policy/src/public[.]ts$';

/** The services. The simulator is not one of them. */
const inService = '^apps/(intake|eligibility|payments|notification)/src/';
const domain = `${own}(|.+/)domain/`;
const ofKind = (...names) => `${own}.*[.](${names.join('|')})[.]ts$`;
const shell = (...names) => `${own}(${names.join('|')})[.]ts$`;

/** The imports of each kind of file of a service, besides the kinds of its own folder. */
const kinds = {
  'message-edge': {
    why: 'A message edge translates deliveries into commands. The decorator is all that it imports from Nest.',
    file: '.*on-[a-z-]+[.]ts$',
    may: [domain, ofKind('service'), lib('contracts', 'bus', 'sealing', 'service'), npm('@nestjs/common')],
  },
  'http-edge': {
    why: 'A controller translates requests.',
    file: '.*[.]controller[.]ts$',
    may: [
      domain,
      ofKind('service'),
      lib('service', 'contracts', 'sealing'),
      publicPolicy,
      nest,
      npm('class-validator', 'class-transformer'),
    ],
  },
  'outgoing-door': {
    why: 'The only file that makes messages does so from domain events, without a framework, for auditors to read.',
    file: '.*outgoing[.]ts$',
    may: [domain, lib('contracts', 'sealing')],
  },
  service: {
    why: 'A service or worker opens a transaction and joins the other kinds of file.',
    file: '.*[.](service|worker)[.]ts$',
    may: [
      domain,
      ofKind('service', 'worker', 'repository', 'adapter'),
      `${own}.*(outgoing|/index)[.]ts$`,
      shell('config', 'pseudonyms'),
      lib('service', 'bus', 'records', 'database', 'policy', 'contracts', 'sealing'),
      npm('@nestjs/common'),
      '^crypto$',
    ],
  },
  repository: {
    why: 'A repository holds the SQL or the records of its service; it receives a transaction and opens none.',
    file: '.*[.]repository[.]ts$',
    may: [
      domain,
      ofKind('entity', 'repository'),
      lib('service', 'records', 'database', 'policy', 'contracts', 'sealing'),
      npm('typeorm', '@nestjs/common', '@nestjs/typeorm'),
    ],
  },
  entity: { why: 'An entity is a table.', file: '.*[.]entity[.]ts$', may: [npm('typeorm')] },
  adapter: {
    why: 'An adapter talks to an external system, or reads an external format.',
    file: '.*[.]adapter[.]ts$',
    may: [domain, ofKind('adapter'), lib('policy', 'contracts'), npm('@nestjs/common', 'prom-client'), '^(fs|path)$'],
  },
  config: {
    why: 'The settings of a service.',
    file: 'config[.]ts$',
    may: [domain, lib('service', 'policy'), npm('class-validator')],
  },
  pseudonyms: {
    why: 'Every derived id that a service can make.',
    file: 'pseudonyms[.]ts$',
    may: [domain, lib('service', 'sealing'), npm('@nestjs/common')],
  },
  module: {
    why: 'A module wires classes; it uses neither a database nor a transaction.',
    file: '.*[.]module[.]ts$',
    may: [
      domain,
      ofKind('controller', 'service', 'worker', 'repository', 'entity', 'adapter', 'module'),
      `${own}.*(on-[a-z-]+|/index)[.]ts$`,
      `${own}migrations/`,
      shell('config', 'pseudonyms'),
      lib('service', 'policy'),
      npm('@nestjs/common', '@nestjs/typeorm'),
      '^path$',
    ],
  },
  start: {
    why: 'main.ts starts the module of its service.',
    file: 'main[.]ts$',
    may: [`${own}[a-z-]+[.]module[.]ts$`, lib('service')],
  },
  migration: {
    why: 'A migration is SQL.',
    file: 'migrations/',
    may: [`${own}migrations/`, lib('service', 'database'), npm('typeorm')],
  },
};

module.exports = { domain, inService, kinds, lib, nest, nodeBuiltIn, npm, publicPolicy, sources, testing };
