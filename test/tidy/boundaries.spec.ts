import { createRequire } from 'node:module';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { type Plant, PlantedRepository } from './planted.js';

/** For each rule, an import that it must refuse; several if a rule has several purposes. */
const plants: readonly Plant[] = [
  plant('domain-is-pure', 'apps/eligibility/src/domain/reads-files.ts', 'node:fs'),
  plant('domain-is-pure', 'apps/eligibility/src/domain/knows-contracts.ts', '#libs/contracts'),
  plant('domain-is-pure', 'apps/eligibility/src/domain/knows-nest.ts', '@nestjs/common'),
  plant('domain-is-pure', 'apps/eligibility/src/domain/knows-its-store.ts', '../case.store.js'),
  plant('domain-is-pure', 'apps/payments/src/ledger/domain/knows-contracts.ts', '#libs/contracts'),
  plant('domain-is-pure', 'apps/payments/src/rails/cash/domain/knows-its-store.ts', '../../inner.js'),
  plant('message-edge', 'apps/eligibility/src/on-facts-submitted.ts', 'typeorm'),
  plant('message-edge', 'apps/eligibility/src/case/on-grant-closed.ts', '#libs/records'),
  plant('outgoing-door', 'apps/eligibility/src/outgoing.ts', '@nestjs/common'),
  plant('http-edge', 'apps/eligibility/src/review.controller.ts', '#libs/bus'),
  plant('http-edge', 'apps/eligibility/src/profile.controller.ts', '#libs/policy'),
  plant('message-edge', 'apps/eligibility/src/on-facts-submitted.ts', './case.repository.js'),
  plant('http-edge', 'apps/eligibility/src/queue.controller.ts', './review.repository.js'),
  plant('outgoing-door', 'apps/notification/src/outgoing.ts', './text.repository.js'),
  plant('service', 'apps/eligibility/src/case.service.ts', 'typeorm'),
  plant('service', 'apps/eligibility/src/looks.worker.ts', 'pg'),
  plant('service', 'apps/eligibility/src/answers.service.ts', './review.controller.js'),
  plant('repository', 'apps/eligibility/src/case.repository.ts', '#libs/bus'),
  plant('repository', 'apps/eligibility/src/review.repository.ts', './case.service.js'),
  plant('repository-decides-nothing', 'apps/eligibility/src/token.repository.ts', './domain/duplicates.js'),
  plant('entity', 'apps/intake/src/device.entity.ts', '#libs/service'),
  plant('adapter', 'apps/notification/src/carrier.adapter.ts', './text.repository.js'),
  plant('adapter', 'apps/notification/src/counts.adapter.ts', 'node:os'),
  plant('no-network-past-the-doors', 'apps/notification/src/counts.adapter.ts', 'node:net'),
  plant('no-network-past-the-doors', 'apps/intake/src/submission.service.ts', 'node:http'),
  plant('no-network-past-the-doors', 'libs/records/src/speaks.ts', 'node:dns/promises'),
  plant('no-network-past-the-doors', 'libs/bus/src/starts.ts', 'node:child_process'),
  plant('rail-simulator-imports', 'apps/rail-simulator/src/cash.store.ts', '#libs/sealing'),
  plant('config', 'apps/notification/src/config.ts', './text.service.js'),
  plant('pseudonyms', 'apps/notification/src/pseudonyms.ts', './text.repository.js'),
  plant('migration', 'apps/notification/src/migrations/0002-more.ts', '#libs/contracts'),
  plant('module', 'apps/notification/src/notification.module.ts', 'pg'),
  plant('module', 'apps/notification/src/notification.module.ts', '#libs/records'),
  plant('module', 'apps/notification/src/text/text.module.ts', 'typeorm'),
  plant('module', 'apps/notification/src/contact/contact.module.ts', '#libs/bus'),
  plant('module', 'apps/notification/src/link/link.module.ts', '#libs/database'),
  plant('start', 'apps/notification/src/main.ts', './text.service.js'),
  plant('start', 'apps/intake/src/main.ts', '@nestjs/core'),
  plant('front-door', 'apps/notification/src/text/index.ts', '../text.service.js'),
  plant('front-door', 'apps/notification/src/contact/index.ts', '#libs/records'),
  plant('cli-imports', 'apps/cli/src/commands/looks-inside.ts', 'pg'),
  plant('payments-room-ledger', 'apps/payments/src/ledger/pays.ts', '../disbursement/index.js'),
  plant('payments-room-rails', 'apps/payments/src/rails/pays.ts', '../disbursement/index.js'),
  plant('payments-room-rails', 'apps/payments/src/rails/by-the-window.ts', '../ledger/inner.js'),
  plant('payments-room-disbursement', 'apps/payments/src/disbursement/releases.ts', '../release/index.js'),
  plant('payments-room-release', 'apps/payments/src/release/pays.ts', '../disbursement/index.js'),
  plant('payments-room-reconciliation', 'apps/payments/src/reconciliation/by-the-window.ts', '../rails/inner.js'),
  plant('payments-rooms-by-front-door', 'apps/payments/src/by-the-window.ts', './ledger/inner.js'),
  plant('no-app-imports-another', 'apps/eligibility/src/ledger.ts', '../../payments/src/index.js'),
  plant('apps-stand-alone', 'apps/eligibility/src/borrowed.ts', '../../../test/index.js'),
  plant('apps-stand-alone', 'apps/cli/src/commands/knows-where.ts', '../../../../deploy/index.js'),
  plant('nothing-imports-an-app', 'test/e2e/by-the-back-door.ts', '../../apps/payments/src/index.js'),
  plant('libs-by-front-door', 'apps/eligibility/src/by-the-window.ts', '../../../libs/sealing/src/inner.js'),
  plant('libs-by-front-door-of-each-other', 'libs/household/src/by-the-window.ts', '../../sealing/src/inner.js'),
  plant('contracts-imports', 'libs/contracts/src/stores.ts', 'typeorm'),
  plant('contracts-imports', 'libs/contracts/src/seals.ts', '#libs/sealing'),
  plant('policy-imports', 'libs/policy/src/stores.ts', 'typeorm'),
  plant('policy-imports', 'libs/policy/src/reads-files.ts', 'node:fs'),
  plant('policy-imports', 'libs/policy/src/seals.ts', '#libs/sealing'),
  plant('api-docs-imports', 'libs/api-docs/src/knows-records.ts', '#libs/records'),
  plant('api-docs-imports', 'libs/api-docs/src/reads-files.ts', 'node:fs'),
  plant('sealing-imports', 'libs/sealing/src/stores.ts', 'pg'),
  plant('sealing-imports', 'libs/sealing/src/speaks.ts', '#libs/contracts'),
  plant('sealing-rooms', 'libs/sealing/src/server/keyring/knows-records.ts', '../envelope/inner.js'),
  plant('sealing-rooms', 'libs/sealing/src/server/hpke/knows-keyrings.ts', '../keyring/inner.js'),
  plant('sealing-ground-floor', 'libs/sealing/src/server/knows-keyrings.ts', './keyring/inner.js'),
  plant('device-part-runs-in-browsers', 'libs/sealing/src/device/random.ts', 'node:crypto'),
  plant('household-imports', 'libs/household/src/posts.ts', 'pino'),
  plant('household-imports', 'libs/household/src/listens.ts', '#libs/bus'),
  plant('household-imports', 'libs/household/src/sees-reviews.ts', '#libs/policy'),
  plant('database-imports', 'libs/database/src/reads-files.ts', 'node:fs'),
  plant('database-imports', 'libs/database/src/keeps.ts', '#libs/records'),
  plant('bus-imports', 'libs/bus/src/boots.ts', '#libs/service'),
  plant('bus-room-trouble', 'libs/bus/src/trouble/knows-kafka.ts', '../kafka/inner.js'),
  plant('bus-room-inbox', 'libs/bus/src/inbox/sends.ts', '../produce/inner.js'),
  plant('bus-room-kafka', 'libs/bus/src/kafka/knows-handlers.ts', '../consume/inner.js'),
  plant('bus-room-produce', 'libs/bus/src/produce/reads.ts', '../consume/inner.js'),
  plant('bus-room-consume', 'libs/bus/src/consume/knows-what-joins.ts', '../hen.js'),
  plant('bus-imports', 'libs/bus/src/logs.ts', 'pino'),
  plant('records-imports', 'libs/records/src/says.ts', '#libs/contracts'),
  plant('service-imports', 'libs/service/src/seals.ts', '#libs/household'),
  plant('service-database-below-all', 'libs/service/src/database/knows-staff.ts', '../auth/inner.js'),
  plant('kafkajs-only-in-the-bus', 'apps/eligibility/src/main.ts', 'kafkajs'),
  plant('no-circle', 'libs/bus/src/egg.ts', './hen.js'),
  plant('no-unresolvable', 'libs/bus/src/lost.ts', './not-there.js'),
  plant('declared-packages-only', 'apps/intake/src/config.ts', 'semver'),
  plant('no-development-package-in-the-product', 'apps/intake/src/intake.module.ts', 'fast-check'),
  plant('testing-door-is-for-tests', 'apps/payments/src/tries-itself.ts', '#libs/bus/testing'),
  plant('testing-door-is-for-tests', 'libs/bus/src/tries-itself.ts', './testing.js'),
  plant('nothing-imports-a-test', 'libs/bus/src/reuses.ts', './some.spec.js'),
];

const nothing = 'export {};\n';
const others = {
  'apps/payments/src/index.ts': nothing,
  ...Object.fromEntries(
    ['ledger/inner', 'rails/inner', 'disbursement/index', 'release/index'].map((file) => [
      `apps/payments/src/${file}.ts`,
      nothing,
    ]),
  ),
  'apps/eligibility/src/domain/duplicates.ts': nothing,
  'test/index.ts': nothing,
  'deploy/index.ts': nothing,
  'libs/sealing/src/inner.ts': nothing,
  'libs/service/src/testing.ts': nothing,
  'libs/service/src/auth/inner.ts': nothing,
  'libs/sealing/src/server/envelope/inner.ts': nothing,
  'libs/sealing/src/server/keyring/inner.ts': nothing,
  ...Object.fromEntries(['kafka', 'produce', 'consume'].map((room) => [`libs/bus/src/${room}/inner.ts`, nothing])),
  'libs/bus/src/testing.ts': nothing,
  'libs/bus/src/hen.ts': `import './egg.js';\n`,
  'libs/bus/src/some.spec.ts': nothing,
  ...Object.fromEntries(
    ['contracts', 'policy', 'api-docs', 'sealing', 'household', 'database', 'records', 'bus', 'service'].map((lib) => [
      `libs/${lib}/src/index.ts`,
      nothing,
    ]),
  ),
};

function plant(rule: string, file: string, imported: string): Plant {
  return { rule, file, text: `import '${imported}';\n` };
}

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

describe('the import rules', () => {
  const repository = new PlantedRepository(plants, others);
  afterAll(() => repository.remove());
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs', 'deploy', 'test'];
  const { summary } = JSON.parse(repository.run('depcruise', args)) as Report;
  const reported = summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`);

  it.each(plants.map(({ rule, file }) => [rule, file] as const))('%s reports %s', (rule, file) => {
    expect(reported).toContain(`${rule}: ${file}`);
  });

  it('each have a planted violation', () => {
    const { forbidden } = createRequire(join(repositoryRoot, 'package.json'))('./.dependency-cruiser.cjs') as {
      readonly forbidden: readonly { readonly name: string }[];
    };
    const planted = new Set(plants.map(({ rule }) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });
});
