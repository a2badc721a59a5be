import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newReceipt, prepareApplication } from '#libs/household';

import { eventually, someAnswers, TestCity, type Applied } from '../support/city.js';
import { command } from '../support/command.js';

let city: TestCity;
let applied: Applied;
let lines: string[];

beforeAll(async () => {
  city = await TestCity.start('demo', { instances: { notification: 2 } });
  applied = await city.apply(someAnswers(), city.kiosk);
  await applied.until(({ payments }) => (payments?.ready.length ?? 0) > 0, 'a code');
}, 120_000);

afterAll(() => city.stop());

beforeEach(() => {
  lines = [];
});

/** Runs a command, as in a terminal, and adds its output to `lines`. @returns its exit code */
async function amparo(...words: string[]): Promise<number> {
  const ended = await command(city, ...words);
  lines.push(...ended.lines);
  return ended.code;
}

const text = (): string => lines.join('\n');

describe('an operator of a running city', () => {
  it('sees every process, and that nothing needs an operator', async () => {
    const settled = async (): Promise<number> => {
      lines = [];
      return amparo('status');
    };
    await eventually('nothing needs an operator', settled, (code) => code === 0);
    const names = lines.slice(1, 6).map((line) => line.split(' ')[0]);
    expect(names).toEqual(['intake', 'eligibility', 'payments', 'notification', 'notification#2']);
    expect(text()).toMatch(/Nothing needs an operator\.$/);
  });

  it('is told of a process that has ended, by the exit code too', async () => {
    await city.stack.kill('notification', 2);
    try {
      expect(await amparo('status')).toBe(2);
      expect(text()).toMatch(/^notification#2: does not answer/m);
    } finally {
      await city.stack.restart('notification', 2);
    }
  });

  it('has everything sent again, and nobody is paid twice', async () => {
    const before = await city.journal();
    expect(await amparo('republish')).toBe(0);
    expect(lines.filter((line) => line.endsWith(': done')).sort()).toEqual([
      'eligibility: done',
      'intake: done',
      'notification: done',
      'payments: done',
    ]);
    const { repeated } = await eventually(
      'payments has seen its messages again',
      async () => ({ repeated: Number((await city.checks('payments'))['repeated']) }),
      (now) => now.repeated >= 2,
    );
    expect(repeated).toBeGreaterThanOrEqual(2);
    expect(await city.journal()).toEqual(before);
    expect((await applied.read()).payments?.ready).toHaveLength(1);
  });

  it('finds nothing set aside, no turn due and no circuit breaker on', async () => {
    expect(await amparo('parked', 'list')).toBe(0);
    expect(await amparo('parked', 'retry', 'payments')).toBe(0);
    expect(await amparo('turn', 'intake')).toBe(0);
    expect(await amparo('breaker', 'reset', 'notification')).toBe(0);
    expect(lines).toEqual([
      'No message is parked.',
      'payments: 0 messages retried',
      'intake: no turn is due',
      'notification: had not stopped',
      'notification#2: had not stopped',
    ]);
  });

  it('makes topics and rules again where they are already, and changes nothing', async () => {
    expect(await amparo('topics', 'declare')).toBe(0);
    expect(lines).toEqual([
      '14 topics and their rules match the contracts: 0 new, 0 changed.',
      'One broker holds each topic. If it is lost, the services send again what they still have.',
    ]);
  });

  it('revokes the key of a stolen kiosk, and sees in the audit who did what', async () => {
    const kiosk = city.doorOf(city.device('kiosk-059'));
    expect(await amparo('revoke', 'intake', 'devices', 'kiosk-059')).toBe(0);
    expect(await amparo('revoke', 'intake', 'devices', 'kiosk-059')).toBe(0);
    expect(lines).toEqual(['intake: kiosk-059 is revoked.', 'intake: kiosk-059 was revoked already.']);
    expect(await amparo('revoke', 'intake', 'devices', 'kiosk-9999')).toBe(1);
    const body = await prepareApplication(newReceipt(), someAnswers(), city.setting);
    await expect(kiosk.submit(body)).rejects.toMatchObject({ problem: 'revoked-device' });
    expect(await amparo('audit', 'list', 'intake')).toBe(0);
    expect(text()).toMatch(/^intake +\d+ +[\d-]{10} +key-revoke +intake-operator +key kiosk-059$/m);
    lines = [];
    expect(await amparo('audit', 'verify')).toBe(0);
    expect(lines).toHaveLength(4);
    const heads = lines.map((line) => /^[a-z]+: \d+ rows, whole; head (.+)$/.exec(line)?.[1] ?? '');
    expect(await amparo('audit', 'verify', ...heads.flatMap((head) => ['--known', head]))).toBe(0);
    expect(await amparo('audit', 'verify', '--known', `intake:1:${'A'.repeat(43)}`)).toBe(1);
    expect(lines).toContain('intake: BROKEN at row 1');
  });

  it('is told in a sentence what was not understood, or not his to do', async () => {
    expect(await amparo('republish', 'nobody')).toBe(1);
    expect(await amparo('release', 'make', '--as', 'payments-operator')).toBe(1);
    expect(lines).toEqual([
      'An option or argument is not valid. (a name is not a service; the services are intake, eligibility, payments, ' +
        'notification)',
      'No suitable key can sign this command. (payments-operator has the role operator at payments; ' +
        'the command needs the role releaser: --as maker-one, checker-one, checker-two)',
    ]);
  });
});
