import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { dayOf } from '#libs/contracts';

import { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { enrolStaff, postInsideAs, type StaffKey } from '../../../test/support/staff.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { createLog, Log } from '../src/log/log.js';
import { plainNotification } from './support.js';

const now = new Date();
let lines: string[] = [];

/** The service's own log, which a test can read. */
class HeardLog extends Log {
  private readonly log = createLog('notification', { write: (line) => void lines.push(line) });

  write(...args: Parameters<Log['write']>): void {
    this.log.write(...args);
  }
}

let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;
let custodian: StaffKey;
let operator: StaffKey;

beforeAll(async () => {
  keyrings = await TestKeyrings.create(dayOf(now));
  service = await ServiceUnderTest.open(plainNotification(), { keyrings, instead: [[Log, HeardLog]] });
  custodian = await enrolStaff(service, { name: 'custodian-key', person: 'custodian-one', role: 'custodian' });
  operator = await enrolStaff(service, { name: 'operator-key', person: 'operator-one', role: 'operator' });
});

beforeEach(() => {
  lines = [];
});

afterAll(async () => {
  await service.close();
  await keyrings.remove();
});

const canary = 'Zoraida Canario';

async function ask(path: string, body: object, signer?: StaffKey): Promise<readonly unknown[]> {
  const { status } = await postInsideAs<object, 'notification'>(service, { path: `/v1/${path}`, body, now }, signer);
  const entries = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const told = entries.filter(({ msg }) => String(msg).startsWith('operation'));
  return [
    status,
    ...told.map(({ msg, operation, by, code }) => [msg, operation, by, ...(code === undefined ? [] : [code])]),
  ];
}

describe('what staff tells a service to do', () => {
  it('is in the log with who it was, when it is done', async () => {
    expect(await ask('legal-holds/list', {}, custodian)).toEqual([
      200,
      ['operation', 'legal-hold-list', 'custodian-one'],
    ]);
    lines = [];
    expect(await ask('operations/parked', {}, operator)).toEqual([200, ['operation', 'parked', 'operator-one']]);
  });

  it.each<[string, string, object, [number, string]]>([
    ['content that is none', 'legal-holds/place', { kind: canary, values: [] }, [400, 'invalid-body']],
    ['a hold that is none', 'legal-holds/lift', { hold: canary }, [400, 'invalid-body']],
    [
      'more than is asked',
      'legal-holds/export',
      { hold: `hold-${'0'.repeat(18)}`, [canary]: canary },
      [400, 'unknown-field'],
    ],
    ['content where none belongs', 'legal-holds/list', { [canary]: canary }, [400, 'unknown-field']],
    ['no key to keep it for', 'legal-holds/place', { kind: 'case', values: ['A'.repeat(43)] }, [409, 'not-now']],
  ])('is in the log, and so is why it was refused: %s', async (_why, path, body, [status, code]) => {
    const operation = `legal-hold-${path.split('/')[1]}`;
    expect(await ask(path, body, custodian)).toEqual([
      status,
      ['operation', operation, 'custodian-one'],
      ['operation-refused', operation, 'custodian-one', code],
    ]);
    expect(lines.join('')).not.toContain('Zoraida');
  });

  it('is in the log, and that it was not theirs to do', async () => {
    expect(await ask('legal-holds/list', {}, operator)).toEqual([
      403,
      ['operation', 'legal-hold-list', 'operator-one'],
      ['operation-refused', 'legal-hold-list', 'operator-one', 'not-allowed'],
    ]);
  });

  it('is nobody’s while it is not signed', async () => {
    expect(await ask('legal-holds/list', {})).toEqual([401]);
  });
});
