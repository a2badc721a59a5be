import type { Twin } from './twin.js';

const AUDIT = 'libs/service/test/audit.it.spec.ts';
const ACCESS = 'libs/service/test/access.it.spec.ts';
const CHAIN = 'libs/service/src/audit/audit-chain.spec.ts';

const rows: readonly Twin[] = [
  {
    promise: 'no route for staff changes something without a trace of who did it',
    without: 'a route for staff only reads or tells who acts',
    file: 'libs/service/src/http/route-check.ts',
    find: 'if (isForStaff && isReadsOnly(handler) === takesAct(handler)) throw new UnauditedRouteError(named);',
    replace: 'void [isForStaff, isReadsOnly, takesAct, UnauditedRouteError];',
    test: ACCESS,
    name: 'does not start with a route for staff that',
  },
  {
    promise: 'an operation is in the audit before it is done',
    without: 'an act without a transaction of its own is noted',
    file: 'libs/service/src/operations/operations.controller.ts',
    find: 'async republish(@Act() act: StaffAct): Promise<Republished> {\n    await this.audit.note(act);',
    replace: 'async republish(@Act() act: StaffAct): Promise<Republished> {\n    void act;',
    test: AUDIT,
    name: 'has one row for',
  },
  {
    promise: 'the audit says who made and who approved a release',
    without: 'an approval is recorded in its transaction',
    file: 'apps/payments/src/release/release.service.ts',
    find: '      await this.audit.record(tx, act, `batch ${batch}`);\n      return approval;',
    replace: '      return approval;',
    test: 'apps/payments/test/release.it.spec.ts',
    name: 'each act is in the audit once',
  },
  {
    promise: 'the audit says who lifted a freeze',
    without: 'an agreement to lift is recorded in its transaction',
    file: 'apps/payments/src/reconciliation/ledger-freeze.service.ts',
    find: "if (decided.outcome !== 'refused') await this.audit.record(tx, act);",
    replace: 'void act;',
    test: 'apps/payments/test/ledger-freeze.it.spec.ts',
    name: 'takes two different people',
  },
  {
    promise: 'the audit says who resolved a disputed payment',
    without: 'a resolution is recorded in its transaction',
    file: 'apps/payments/src/reconciliation/dispute.service.ts',
    find: '      await this.audit.record(tx, act);\n      return',
    replace: '      return',
    test: 'apps/payments/test/ledger-freeze.it.spec.ts',
    name: 'is resolved by two people who say the same',
  },
  {
    promise: 'the audit says who decided a case',
    without: 'a verdict is recorded in its transaction',
    file: 'apps/eligibility/src/review.service.ts',
    find: 'await this.audit.record(unit.tx, act);',
    replace: '',
    test: 'apps/eligibility/test/review.it.spec.ts',
    name: 'opening and deciding are in the audit',
  },
  {
    promise: 'the audit says who placed a legal hold',
    without: 'a hold is recorded in its transaction',
    file: 'libs/service/src/legal-hold/legal-holds.service.ts',
    find: '      await this.audit.record(tx, act, hold);\n      return hold;',
    replace: '      return hold;',
    test: 'apps/eligibility/test/legal-holds.it.spec.ts',
    name: 'keeps a case for its custodian',
  },
  {
    promise: 'the audit says who revoked a key',
    without: 'a revocation is recorded in its transaction',
    file: 'libs/service/src/operations/revocation.service.ts',
    find: 'if (isDone) await this.audit.record(tx, act, `key ${name}`);',
    replace: 'void act;',
    test: AUDIT,
    name: 'has a row for a key that is revoked',
  },
  {
    promise: 'a key that is enrolled, or gets another role, is in the audit',
    without: 'an enrolment is recorded in its transaction',
    file: 'libs/service/src/auth/enrolment.ts',
    find: 'if (isChange(row, known.get(row.name))) await recordEnrolment(tx, what, row.name);',
    replace: 'void [isChange, recordEnrolment, what, row];',
    test: 'libs/service/test/enrolment.it.spec.ts',
    name: 'is in the audit',
  },
];

const whole: readonly Twin[] = [
  {
    promise: 'no row of the audit is changed or removed',
    without: 'the table refuses changes',
    file: 'libs/service/src/audit/audit-table.ts',
    find: 'CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit',
    replace: 'CREATE TRIGGER audit_append_only BEFORE UPDATE OF hash ON audit',
    test: AUDIT,
    name: 'cannot be changed',
  },
  {
    promise: 'the audit can name no household',
    without: 'the table refuses any other subject',
    file: 'libs/service/src/audit/audit-table.ts',
    find: `CHECK (about ~ '^(|batch [0-9a-f-]{36}|hold-[0-9a-f]{18}|key [a-z0-9-]{3,40})$')`,
    replace: `CHECK (about ~ '')`,
    test: AUDIT,
    name: 'can say nothing about a household',
  },
  {
    promise: 'acts at the same moment make one chain',
    without: 'whoever adds a row holds the lock of the audit',
    file: 'libs/service/src/audit/audit.repository.ts',
    find: "await tx.query('SELECT pg_advisory_xact_lock($1)', [locks.audit]);",
    replace: "await tx.query('SELECT $1::bigint', [locks.audit]);",
    test: AUDIT,
    name: 'has one unbroken chain',
  },
  {
    promise: 'a changed row of the audit is found by anybody',
    without: 'the hash of a row covers its person',
    file: 'libs/service/src/audit/audit-chain.ts',
    find: 'const entry = canonicalJson({ seq, day, operation, person, about });',
    replace: 'const entry = canonicalJson({ seq, day, operation, person: person.slice(0, 0), about });',
    test: CHAIN,
    name: 'is broken by',
  },
  {
    promise: 'an audit that was cut at its end is found by an earlier head',
    without: 'known heads are compared with the chain',
    file: 'apps/cli/src/commands/audit.ts',
    find: 'known.filter(({ seq, hash }) => hashes.get(seq) !== hash)',
    replace: 'known.filter(({ seq }) => hashes.size < 0 && seq < 0)',
    test: 'apps/cli/src/commands/audit.spec.ts',
    name: 'cut at its end',
  },
];

export const twinsOfAudit: readonly Twin[] = [...rows, ...whole];
