import type { Twin } from './twin.js';

const SETTINGS = 'deploy/docker/settings.spec.ts';
const LIVE = 'deploy/local/test/settings.it.spec.ts';
const KEYRING = 'libs/sealing/src/server/keyring/durable-keyring.spec.ts';
const PLACES = 'test/tidy/durability.spec.ts';

/** What makes sure that something is kept before somebody relies on it, and that a secret cannot be guessed. */
export const twinsOfDurability: readonly Twin[] = [
  {
    promise: 'a message counts as sent when every in-sync replica has it',
    without: 'the relay asks all of them',
    file: 'libs/bus/src/produce/sender.ts',
    find: 'acks: -1,',
    replace: 'acks: 1,',
    test: 'libs/bus/src/produce/sender.spec.ts',
  },
  {
    promise: 'a message that too few brokers hold is sent again',
    without: 'only a fault of the envelope counts as a refusal',
    file: 'libs/bus/src/produce/sender.ts',
    find: "  'INVALID_RECORD',\n",
    replace: "  'INVALID_RECORD',\n  'NOT_ENOUGH_REPLICAS',\n",
    test: 'libs/bus/src/produce/sender.spec.ts',
  },
  {
    promise: 'one producer keeps its order',
    without: 'one request is under way at a time',
    file: 'libs/bus/src/kafka/kafka-client.ts',
    find: '    maxInFlightRequests: 1,\n',
    replace: '',
    test: 'libs/bus/src/kafka/kafka-client.spec.ts',
  },
  {
    promise: 'what is committed survives a power cut',
    without: 'a commit waits for the disk',
    file: 'deploy/local/postgres-settings.ts',
    find: "synchronous_commit: durable ? 'on' : 'off',",
    replace: "synchronous_commit: 'off',",
    test: SETTINGS,
  },
  {
    promise: 'what is committed in a container survives a power cut',
    without: 'its PostgreSQL writes to the disk',
    file: 'docker-compose.yml',
    find: '-cfsync=on',
    replace: '-cfsync=off',
    test: SETTINGS,
  },
  {
    promise: 'a system that keeps data is durable',
    without: 'that is the default',
    file: 'deploy/local/postgres.ts',
    find: 'const { folder, port, logFile, durable = true }',
    replace: 'const { folder, port, logFile, durable = false }',
    test: LIVE,
    name: 'keep on the disk what is committed',
  },
  {
    promise: 'no role weakens durability for itself',
    without: 'roles have declared settings only',
    file: 'deploy/local/databases.ts',
    find: "SET idle_in_transaction_session_timeout = '30s'`);",
    replace:
      "SET idle_in_transaction_session_timeout = '30s'`);\n" +
      "  await client.query(`ALTER ROLE ${service} SET synchronous_commit = 'local'`);",
    test: LIVE,
    name: 'give a role these settings',
  },
  {
    promise: 'no transaction weakens durability for itself',
    without: 'only batches of the turn commit before the disk has them',
    file: 'apps/payments/src/ledger/chain.repository.ts',
    find: "import { Injectable } from '@nestjs/common';",
    replace: "import { Injectable } from '@nestjs/common';\nexport const begin = 'SET LOCAL synchronous_commit = off';",
    test: PLACES,
  },
  {
    promise: 'a broker allows nothing that no rule allows',
    without: 'everybody is refused without a rule',
    file: 'deploy/local/kafka-properties.ts',
    find: "'allow.everyone.if.no.acl.found': false,",
    replace: "'allow.everyone.if.no.acl.found': true,",
    test: SETTINGS,
  },
  {
    promise: 'most brokers that hold a topic confirm each message, also of a topic that declares nothing',
    without: 'the broker demands it',
    file: 'deploy/local/kafka-properties.ts',
    find: "    'min.insync.replicas': acknowledgementsFor(asked ?? copies),\n",
    replace: '',
    test: SETTINGS,
  },
  {
    promise: 'a key is on the disk before it is used',
    without: 'a file is written to the disk before a rename refers to it',
    file: 'libs/sealing/src/server/keyring/keyring-file.ts',
    find: '    beforeSync?.();\n    fsyncSync(file);\n',
    replace: '    beforeSync?.();\n    void fsyncSync;\n',
    test: KEYRING,
  },
  {
    promise: 'a replaced keyring stays replaced after a power cut',
    without: 'its folder is written to the disk',
    file: 'libs/sealing/src/server/keyring/keyring-file.ts',
    find: '    renameSync(temporary, this.path);\n    syncDirectory(this.#dir);',
    replace: '    renameSync(temporary, this.path);',
    test: KEYRING,
  },
  {
    promise: 'the anchor of the ledger survives a power cut',
    without: 'its folder is written to the disk',
    file: 'apps/payments/src/ledger/anchor-file.adapter.ts',
    find: '    fsyncSync(folder);\n',
    replace: '',
    test: 'apps/payments/test/durable-anchor.spec.ts',
  },
  {
    promise: 'a receipt cannot be guessed',
    without: 'each of its symbols comes from the secure source',
    file: 'libs/sealing/src/device/crockford.ts',
    find: 'codeFrom(globalThis.crypto.getRandomValues(new Uint8Array(count)))',
    replace: 'codeFrom(Uint8Array.from({ length: count }, () => performance.now() * 1e6))',
    test: 'libs/sealing/src/device/receipt.spec.ts',
  },
  {
    promise: 'nothing secret is drawn from a chance that can be guessed',
    without: 'few files may name it',
    file: 'libs/household/src/tokens.ts',
    find: "import type { HouseholdTokensV1 } from '#libs/contracts';",
    replace:
      "import type { HouseholdTokensV1 } from '#libs/contracts';\nexport const chance = (): number => Math.random();",
    test: 'test/tidy/doors.spec.ts',
  },
];
