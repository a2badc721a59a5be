import type { Twin } from './twin.js';

const LIVE = 'libs/database/src/live-schema.ts';
const SCHEMA = 'libs/service/test/schema.it.spec.ts';

/** Closed lists: what exists is what is declared, and no more. */
export const twinsOfLists: readonly Twin[] = [
  {
    promise: 'a record of a household has the size that is declared',
    without: 'sizes are a closed list',
    file: 'apps/intake/src/box.repository.ts',
    find: 'sizeBytes: base64urlLength(sealedSize(intakeBoxMessage)) + 160,',
    replace: 'sizeBytes: base64urlLength(sealedSize(intakeBoxMessage)) + 161,',
    test: 'apps/intake/test/kinds.spec.ts',
  },
  {
    promise: 'the text of the contracts is what two people approved',
    without: 'its hash is written down',
    file: 'libs/contracts/src/payments/grant-closed.v1.ts',
    find: "purpose: 'close the case and forget it',",
    replace: "purpose: 'close the case and remember it',",
    test: 'libs/contracts/src/generate/description.spec.ts',
  },
  {
    promise: 'a device is told the hash of the contracts of its service',
    without: 'the hash is that of the text',
    file: 'apps/intake/src/directory.controller.ts',
    find: 'private readonly contractsHash = hash(contractsText());',
    replace: 'private readonly contractsHash = hash(contractsText().slice(1));',
    test: 'apps/intake/test/directory.spec.ts',
  },
  {
    promise: 'a device seals to no key of a day that is over',
    without: 'it is told keys of the days ahead only',
    file: 'apps/intake/src/directory.controller.ts',
    find: '({ day, service }) => day >= today && ',
    replace: '({ service }) => ',
    test: 'apps/intake/test/directory.spec.ts',
  },
  {
    promise: 'no column has statistics of what is sealed',
    without: 'the lists of columns are compared',
    file: 'libs/service/src/definition/service-schema.ts',
    find: "'column record.lookup: bytea not null statistics 0',",
    replace: "'column record.lookup: bytea not null',",
    test: 'test/tidy/sealed-columns.spec.ts',
  },
  {
    promise: 'no default writes what nobody declared',
    without: 'defaults are a closed list',
    file: 'libs/service/src/definition/service-schema.ts',
    find: "'column record.due: timestamp(0) with time zone',",
    replace: "'column record.due: timestamp(0) with time zone default now()',",
    test: 'test/tidy/sealed-columns.spec.ts',
  },
  {
    promise: 'a table that a crash empties is noticed at the start',
    without: 'the persistence of tables is compared',
    file: LIVE,
    find: "      || ' ' || relpersistence::text\n",
    replace: "      || ' p'\n",
    test: SCHEMA,
    name: 'is named',
  },
  {
    promise: 'a function with other rights is noticed at the start',
    without: 'whose rights it has is compared',
    file: LIVE,
    find: 'CASE WHEN f.prosecdef THEN',
    replace: "CASE WHEN f.prosecdef AND f.proname <> 'refuse_audit_change' THEN",
    test: SCHEMA,
    name: 'is named',
  },
];
