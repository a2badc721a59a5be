import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { productFiles } from './mentions.js';

/** What destroys data, keys or claims, or removes a record. */
const forms: readonly RegExp[] = [
  /\b(?:DROP TABLE|DELETE FROM|TRUNCATE)\b(?! ON|')/,
  /\b(?:unlink|rm|rmdir|unlinkSync|rmSync|rmdirSync|truncateSync|overwrite)\(/,
  /\b(?:destroyDayKeys|destroyRowKeys|destroySecret|retireIdentity|revokeIdentity|liftHold|prune)\(/,
  /\b(?:keys|series)[.]destroy\(|isOver[?][.]\(/,
  /\b(?:removeDayKeys|removeNight|removeSecret|dropOutboxDays|lapseOf)\(/,
  /(?<!function |async |[.])\bpassDay\(|disbursement[.]passDay\(/,
  /\bwaitForPresence\([^)]*, |\bturn\(\{|'too-old', /,
  /[.](?:remove|finish)\(/,
  /\b(?:drop_outbox_day|clear_outbox_day|rest_outbox_rows|drop_record_partition|condense_record_partition)\(\$/,
  /\b(?:restSentRows|removePast|forgetSettled)\(|\bforget_settled\((?:\$|closed)/,
];

/**
 * Every file that destroys something, by its reason:
 * - `gate`: a day has come, and the gate has given leave, or the day is the aging day
 * - `under leave`: it is called by those alone
 * - `content`: a message, an answer or the end of work says so, whatever the clock
 * - `person`: a person says so, for one thing
 * - `set-up`: the way back of a migration
 * - `housekeeping`: locks, files and metrics that are no data of a household
 */
const places = {
  gate: [
    'apps/eligibility/src/cycle-keys.worker.ts',
    'apps/notification/src/domain/text.ts',
    'apps/notification/src/text.service.ts',
    'apps/payments/src/disbursement/deadlines.worker.ts',
    'apps/payments/src/disbursement/disbursement.service.ts',
    'apps/payments/src/domain/clocks.ts',
    'apps/payments/src/domain/disburse.ts',
    'apps/payments/src/ledger/forgetting.worker.ts',
    'libs/bus/src/produce/outbox-days-worker.ts',
    'libs/bus/src/produce/outbox-days.ts',
    'libs/bus/src/produce/outbox-rest.ts',
    'libs/records/src/turn.ts',
    'libs/service/src/auth/nonce.repository.ts',
    'libs/service/src/auth/nonce.worker.ts',
    'libs/service/src/keys/day-keys.worker.ts',
    'libs/service/src/legal-hold/legal-holds.service.ts',
    'libs/service/src/records/nightly.module.ts',
    'libs/service/src/records/nightly.ts',
  ],
  'under leave': [
    'apps/payments/src/ledger/forgetting.repository.ts',
    'apps/payments/src/migrations/0001-forgetting.ts',
    'libs/bus/src/produce/outbox-functions.ts',
    'libs/records/src/night-partitions.ts',
    'libs/records/src/legal-holds.ts',
    'libs/records/src/rekey.ts',
    'libs/records/src/turn-statements.ts',
    'libs/sealing/src/server/keyring/file-keyring.ts',
    'libs/sealing/src/server/keyring/keyring-file.ts',
    'libs/sealing/src/server/keyring/keyring-identities.ts',
    'libs/sealing/src/server/keyring/keyring-state.ts',
    'libs/sealing/src/server/keyring/keyring.ts',
    'libs/service/src/keys/keys.module.ts',
    'libs/service/src/keys/secret-series.ts',
  ],
  content: [
    'apps/eligibility/src/case.repository.ts',
    'apps/eligibility/src/case.service.ts',
    'apps/eligibility/src/duplicates.service.ts',
    'apps/eligibility/src/review.repository.ts',
    'apps/eligibility/src/token.repository.ts',
    'apps/notification/src/contact.service.ts',
    'apps/notification/src/text.repository.ts',
    'apps/payments/src/disbursement/household.repository.ts',
    'apps/payments/src/disbursement/waiting-list.repository.ts',
    'libs/bus/src/consume/crash-loop-guard.ts',
    'libs/bus/src/inbox/delayed-messages.ts',
    'libs/bus/src/inbox/handled-keys.ts',
    'libs/bus/src/produce/log-watch.ts',
    'libs/records/src/records-tx.ts',
    'libs/records/src/statements.ts',
  ],
  person: [
    'apps/cli/src/commands/keys.ts',
    'apps/payments/src/reconciliation/proposal.repository.ts',
    'libs/bus/src/inbox/parked-messages.ts',
    'libs/bus/src/inbox/unsealed-messages.ts',
  ],
  'set-up': [
    'apps/intake/src/migrations/0001-initial.ts',
    'apps/payments/src/migrations/0001-initial.ts',
    'libs/bus/src/schema.ts',
    'libs/records/src/schema.ts',
    'libs/records/src/witness-table.ts',
    'libs/service/src/audit/audit-table.ts',
    'libs/service/src/auth/staff-table.ts',
    'libs/service/src/database/city.ts',
  ],
  housekeeping: [
    'apps/payments/src/ledger/anchor-file.adapter.ts',
    'apps/rail-simulator/src/journal.store.ts',
    'libs/sealing/src/server/keyring/writer-lock.ts',
    'libs/service/src/metrics/coarse-gauges.ts',
    'libs/service/src/metrics/gauges.ts',
  ],
} as const;

function destroys(line: string): boolean {
  const isComment = /^\s*(?:\*|\/[/*])/.test(line);
  return !isComment && forms.some((form) => form.test(line));
}

const read = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');

describe('what is destroyed', () => {
  const found = productFiles().filter((file) => read(file).split('\n').some(destroys));

  it('is destroyed for a reason that is written here, and by no other file', () => {
    expect(found.toSorted()).toEqual(Object.values(places).flat().toSorted());
  });

  it.each(places.gate)('asks the gate, where a day has come: %s', (file) => {
    expect(read(file)).toMatch(/\b(?:permit|Permit|agingDay)\b/);
  });

  it('is found in each form', () => {
    const planted = [
      "await tx.query('DELETE FROM record WHERE day < $1', [day]);",
      'await tx.query(`DROP TABLE ${table}`);',
      'await this.keyring.destroySecret(name);',
      'await this.keys.destroy(cycle);',
      'const lapse = lapseOf(grant, today, clocks);',
      'await records.remove(KIND, old);',
      'rmSync(path);',
    ];
    expect(planted.filter((line) => !destroys(line))).toEqual([]);
    expect(['// DELETE FROM is not used', 'socket.destroy();'].filter(destroys)).toEqual([]);
  });
});
