import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { dayOf } from '#libs/contracts';

import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { enrolStaff, postInsideAs, type StaffAnswer, type StaffKey } from '../../../test/support/staff.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { AUDIT_START, followChain, type AuditRow } from '../src/audit/audit-chain.js';
import { AuditTrail } from '../src/audit/audit-trail.js';
import { KeyRegisters } from '../src/auth/key-registers.js';
import { Transactions } from '#libs/bus';
import { Inbox } from '#libs/bus/testing';
import { plainNotification } from './support.js';

const now = new Date();
let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;
let operator: StaffKey;
let custodian: StaffKey;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(dayOf(now));
  service = await ServiceUnderTest.open(plainNotification(), { keyrings });
  operator = await enrolStaff(service, { name: 'operator-key', person: 'clerk-one', role: 'operator' });
  custodian = await enrolStaff(service, { name: 'custodian-key', person: 'clerk-two', role: 'custodian' });
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

interface Answer {
  readonly acts?: readonly AuditRow[];
  readonly hold?: string;
  readonly revoked?: boolean;
  readonly code?: string;
}

const ask = (path: string, body: object, by?: StaffKey): Promise<StaffAnswer<Answer>> =>
  postInsideAs<Answer, 'notification'>(service, { path: `/v1/${path}`, body, now }, by);

async function actsAfter(seq: number): Promise<readonly AuditRow[]> {
  return (await ask('operations/audit', { after: seq }, operator)).body.acts ?? [];
}

/** What a piece of work adds to the audit. */
async function addedBy(work: () => Promise<unknown>): Promise<readonly (readonly string[])[]> {
  const last = (await actsAfter(0)).at(-1)?.seq ?? 0;
  await work();
  return (await actsAfter(last)).map(({ operation, person, about }) => [operation, person, about]);
}

describe('the audit', () => {
  it.each(['republish', 'parked/retry', 'breaker/reset', 'breaker/set-aside', 'turn'])(
    'has one row for %s, with the person and the day alone',
    async (what) => {
      const operation = what.replace('/', '-');
      expect(await addedBy(() => ask(`operations/${what}`, {}, operator))).toEqual([[operation, 'clerk-one', '']]);
    },
  );

  it('has the reason and the number of parked messages that were dismissed', async () => {
    const dismiss = (code: string, reason: string) => ask('operations/parked/dismiss', { code, reason }, operator);
    expect(await addedBy(() => dismiss('forged', 'garbage'))).toEqual([]);
    const inbox = new Inbox(service.records, 4_096);
    const messages = [1, 2, 3].map((at) => ({
      contractName: 'intake.facts-submitted',
      day: '2026-11-25',
      envelope: Buffer.from([at]),
      code: at === 3 ? 'malformed' : 'forged',
    }));
    await service.bus.transaction(({ tx }) => inbox.parked.park(tx, messages));
    expect(await addedBy(() => dismiss('forged', 'garbage'))).toEqual([
      ['parked-dismiss', 'clerk-one', 'parked garbage 2'],
    ]);
    expect(await service.parked()).toEqual({ malformed: 1 });
    expect((await dismiss('malformed', 'because')).status).toBe(400);
    expect((await ask('operations/parked/dismiss', { code: 'malformed', reason: 'test' })).status).toBe(401);
    expect(await service.parked()).toEqual({ malformed: 1 });
  });

  it('has no row for what only reads, and for what was refused', async () => {
    const reads = ['operations/status', 'operations/parked', 'operations/audit', 'legal-holds/list'];
    expect(
      await addedBy(async () => {
        for (const path of reads) await ask(path, path.endsWith('audit') ? { after: 0 } : {}, operator);
        await ask('operations/turn', {}, custodian);
        await ask('operations/turn', {});
        await ask('operations/turn', { more: 1 }, operator);
      }),
    ).toEqual([]);
  });

  it('has a row for a key that is revoked, and the key is refused at once', async () => {
    const former = await enrolStaff(service, { name: 'former-key', person: 'clerk-nine', role: 'operator' });
    expect((await ask('operations/turn', {}, former)).status).toBe(200);
    const wish = { list: 'staff', name: 'former-key' };
    const revoke = (more = {}) => ask('operations/keys/revoke', { ...wish, ...more }, operator);
    const first = async () => expect((await revoke()).body).toEqual({ enrolled: true, revoked: true });
    expect(await addedBy(first)).toEqual([['key-revoke', 'clerk-one', 'key former-key']]);
    expect(await ask('operations/turn', {}, former)).toMatchObject({ status: 401, body: { code: 'not-signed' } });
    const again = async () => {
      expect((await revoke()).body).toEqual({ enrolled: true, revoked: false });
      expect((await revoke({ name: 'nobodys-key' })).body).toEqual({ enrolled: false, revoked: false });
      expect((await revoke({ list: 'devices' })).body).toEqual({ enrolled: false, revoked: false });
    };
    expect(await addedBy(again)).toEqual([]);
    expect((await revoke({ name: 'no such key' })).status).toBe(400);
  });

  it('has a row for a key that is revoked although the lists cannot be read again at that moment', async () => {
    await enrolStaff(service, { name: 'lost-key', person: 'clerk-ten', role: 'operator' });
    const away = jest.spyOn(service.get(KeyRegisters), 'load').mockRejectedValue(new Error('away'));
    const wish = { list: 'staff', name: 'lost-key' };
    const revoke = async () =>
      expect(await ask('operations/keys/revoke', wish, operator)).toMatchObject({
        status: 200,
        body: { revoked: true },
      });
    try {
      expect(await addedBy(revoke)).toEqual([['key-revoke', 'clerk-one', 'key lost-key']]);
    } finally {
      away.mockRestore();
    }
  });

  it('cannot be changed, not even by the role that writes it', async () => {
    await ask('operations/turn', {}, operator);
    for (const statement of [
      `UPDATE audit SET person = 'clerk-two' WHERE seq = 1`,
      'DELETE FROM audit WHERE seq = 1',
      'TRUNCATE audit',
    ]) {
      await expect(service.pool.query(statement)).rejects.toThrow('append-only');
    }
  });

  it.each(['Maria Lopez', 'x'.repeat(43), 'batch 7', '+12135550142', 'hold-1'])(
    'can say nothing about a household: %s',
    async (about) => {
      const act = { person: 'clerk-one', operation: 'turn' };
      const work = service.get(Transactions).run(({ tx }) => service.get(AuditTrail).record(tx, act, about));
      await expect(work).rejects.toMatchObject({ constraint: 'audit_about' });
    },
  );

  it('has one unbroken chain, though many act at the same moment and some fail', async () => {
    const act = { person: 'clerk-one', operation: 'turn' };
    const transactions = service.get(Transactions);
    const before = (await actsAfter(0)).length;
    const ends = await Promise.allSettled(
      Array.from({ length: 24 }, (_, at) =>
        transactions.run(async ({ tx }) => {
          await service.get(AuditTrail).record(tx, act);
          if (at % 3 === 0) throw new Error('rolled back');
        }),
      ),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(16);
    const rows = await actsAfter(0);
    expect(rows).toHaveLength(before + 16);
    expect(followChain({ seq: 0, hash: AUDIT_START }, rows)).toEqual({ seq: rows.length, hash: rows.at(-1)?.hash });
    expect(new Set(rows.map(({ day }) => day))).toEqual(new Set([dayOf(now)]));
  });
});
