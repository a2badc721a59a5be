import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  behave,
  codeOf,
  collect,
  inquire,
  issue,
  journalFile,
  post,
  restart,
  summary,
  text,
  url,
  voided,
  withSimulator,
} from './rig.js';
import { startSimulator } from '../src/simulator.js';

withSimulator();

describe('a partner that behaves', () => {
  it('issues one code per reference, and tells it again', async () => {
    const first = await issue();
    expect(first).toEqual({
      status: 200,
      body: { reference: 'ref-1', amountCents: '25000', state: 'issued', code: codeOf(first) },
    });
    expect(await issue()).toEqual(first);
    expect(await inquire()).toEqual(first);
    expect((await summary()).cash).toEqual({
      issued: 1,
      collected: 0,
      voided: 0,
      pending: 0,
      issuedCents: '25000',
      collectedCents: '0',
      standingCents: '25000',
      references: { 'ref-1': { payments: 1, amountCents: '25000', state: 'issued' } },
    });
  });

  it('refuses another amount under a reference that is taken', async () => {
    await issue();
    expect(await issue('ref-1', '25001')).toEqual({
      status: 409,
      body: { reference: 'ref-1', error: 'other-amount' },
    });
    expect((await summary()).cash.issuedCents).toBe('25000');
  });

  it('says that it does not know a reference', async () => {
    expect(await inquire()).toEqual({ status: 200, body: { reference: 'ref-1', state: 'not-found' } });
  });

  it('voids for good, also what never came', async () => {
    const code = codeOf(await issue());
    for (const reference of ['ref-1', 'ref-2', 'ref-1']) {
      expect(await voided(reference)).toEqual({ status: 200, body: { reference, state: 'void' } });
      expect(await issue(reference)).toEqual({ status: 409, body: { reference, error: 'void' } });
    }
    expect(await collect(code)).toEqual({ status: 409, body: { error: 'void' } });
    expect(await inquire()).toEqual({
      status: 200,
      body: { reference: 'ref-1', state: 'void', amountCents: '25000' },
    });
    expect((await summary()).cash.standingCents).toBe('0');
  });

  it('pays out once, and what is paid out cannot be voided', async () => {
    const code = codeOf(await issue());
    expect(await collect(code)).toEqual({
      status: 200,
      body: { reference: 'ref-1', state: 'collected', amountCents: '25000' },
    });
    expect(await collect(code)).toEqual({ status: 409, body: { error: 'collected' } });
    expect(await voided()).toEqual({
      status: 409,
      body: { reference: 'ref-1', state: 'collected', amountCents: '25000', code, error: 'collected' },
    });
    expect(await collect('0000-0000-0000')).toEqual({ status: 404, body: { error: 'unknown-code' } });
  });

  it('lets one of many calls with the same reference issue, and gives each reference a code of its own', async () => {
    const same = await Promise.all(Array.from({ length: 20 }, () => issue()));
    expect(new Set(same.map(codeOf)).size).toBe(1);
    const others = await Promise.all(Array.from({ length: 50 }, (_, at) => issue(`other-${at}`)));
    expect(new Set(others.map(codeOf)).size).toBe(50);
    expect((await summary()).cash.issued).toBe(51);
  });

  it.each([
    ['/cash/codes', { reference: 'a b', amountCents: '1' }],
    ['/cash/codes', { reference: 'a', amountCents: '1.50' }],
    ['/cash/codes', { reference: 'a', amountCents: 150 }],
    ['/cash/codes', { reference: 'a', amountCents: '150', more: 'x' }],
    ['/cash/inquiries', {}],
    ['/cash/voids', []],
    ['/cash/collections', { code: 'x' }],
    ['/sms/messages', { reference: 'a', to: '5550123', text: 'x' }],
    ['/behaviour', { channel: 'cash', mode: 'sulks' }],
    ['/behaviour', { channel: 'sms', mode: 'other-amount' }],
    ['/behaviour', { channel: 'cash', mode: 'mix' }],
    ['/behaviour', { channel: 'cash', mode: 'ok', count: 0 }],
  ])('does not understand %s %j', async (path, body) => {
    expect(await post(path, body)).toEqual({ status: 400, body: { error: 'invalid-body' } });
  });

  it('says no more than a word about what is not JSON or not there', async () => {
    const answer = await fetch(`${url()}/cash/codes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"reference": canary',
    });
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 400, body: { error: 'refused' } });
    expect((await fetch(`${url()}/canary`)).status).toBe(404);
    expect(await (await fetch(`${url()}/health/ready`)).json()).toEqual({ ready: true });
    expect(await (await fetch(`${url()}/health/live`)).json()).toEqual({ status: 'live' });
  });
});

describe('a partner that does not behave', () => {
  it.each(['ok-reply-lost', 'reset', 'truncated'])('%s: it is done, and nobody was told', async (mode) => {
    await behave({ channel: 'cash', mode, count: 1 });
    await expect(issue()).rejects.toThrow();
    const again = await issue();
    expect(await inquire()).toEqual(again);
    expect((await summary()).cash.references).toEqual({
      'ref-1': { payments: 1, amountCents: '25000', state: 'issued' },
    });
  });

  it('error-after: it is done, and said to have failed', async () => {
    await behave({ channel: 'cash', mode: 'error-after', count: 1 });
    expect(await issue()).toEqual({ status: 500, body: { error: 'internal' } });
    codeOf(await inquire());
  });

  it('error-before: it is not done', async () => {
    await behave({ channel: 'cash', mode: 'error-before', count: 2 });
    expect(await issue()).toEqual({ status: 500, body: { error: 'internal' } });
    expect(await voided()).toEqual({ status: 500, body: { error: 'internal' } });
    expect(await inquire()).toEqual({ status: 200, body: { reference: 'ref-1', state: 'not-found' } });
    codeOf(await issue());
  });

  it('slow: it is done long before it is said', async () => {
    await behave({ channel: 'cash', mode: 'slow', count: 1, delayMs: 300 });
    const began = Date.now();
    const slow = issue();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const asked = await inquire();
    expect(Date.now() - began).toBeLessThan(300);
    expect(await slow).toEqual(asked);
    expect(Date.now() - began).toBeGreaterThanOrEqual(295);
  });

  it('not-found-then-posts: it is not there, and then it is', async () => {
    await behave({ channel: 'cash', mode: 'not-found-then-posts', count: 1, delayMs: 250 });
    await expect(issue()).rejects.toThrow();
    expect(await inquire()).toEqual({ status: 200, body: { reference: 'ref-1', state: 'not-found' } });
    expect((await summary()).cash).toMatchObject({ issued: 0, pending: 1 });
    await new Promise((resolve) => setTimeout(resolve, 350));
    codeOf(await inquire());
    expect((await summary()).cash.references['ref-1']?.payments).toBe(1);
  });

  it('not-found-then-posts: the same reference again, a void and a restart each end it once', async () => {
    await behave({ channel: 'cash', mode: 'not-found-then-posts', count: 3, delayMs: 200 });
    for (const reference of ['again', 'voided', 'left']) await expect(issue(reference)).rejects.toThrow();
    const again = await issue('again');
    await voided('voided');
    await restart();
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(await inquire('again')).toEqual(again);
    codeOf(await inquire('left'));
    expect((await summary()).cash.references).toEqual({
      again: { payments: 1, amountCents: '25000', state: 'issued' },
      voided: { payments: 0, amountCents: '0', state: 'void' },
      left: { payments: 1, amountCents: '25000', state: 'issued' },
    });
  });

  it('never-settles: it never answers, and never says yes or no', async () => {
    await behave({ channel: 'cash', mode: 'never-settles', count: 1 });
    await expect(post('/cash/codes', { reference: 'ref-1', amountCents: '25000' }, 150)).rejects.toThrow();
    const pending = { reference: 'ref-1', state: 'pending', amountCents: '25000' };
    expect(await inquire()).toEqual({ status: 200, body: pending });
    expect(await issue()).toEqual({ status: 200, body: pending });
    expect(await voided()).toEqual({ status: 409, body: { ...pending, error: 'pending' } });
    await restart();
    expect(await inquire()).toEqual({ status: 200, body: pending });
    expect((await summary()).cash.issued).toBe(0);
  });

  it('other-amount and other-reference: what it says is not what it did', async () => {
    await behave({ channel: 'cash', mode: 'other-amount', count: 1 });
    expect((await issue()).body).toMatchObject({ reference: 'ref-1', amountCents: '25100' });
    await behave({ channel: 'cash', mode: 'other-reference', count: 1 });
    expect((await issue()).body).toMatchObject({ reference: 'xef-1', amountCents: '25000' });
    expect((await inquire()).body).toMatchObject({ reference: 'ref-1', amountCents: '25000' });
  });

  it('inquiry-without-secret: the code was on a line that broke, and is not told again', async () => {
    await behave({ channel: 'cash', mode: 'inquiry-without-secret', count: 1 });
    await expect(issue()).rejects.toThrow();
    const without = { status: 200, body: { reference: 'ref-1', amountCents: '25000', state: 'issued' } };
    expect(await inquire()).toEqual(without);
    expect(await issue()).toEqual(without);
    await restart();
    expect(await inquire()).toEqual(without);
    expect(await voided()).toEqual({ status: 200, body: { reference: 'ref-1', state: 'void' } });
  });

  it('misbehaves for so many calls, for those that ask too when told so, until told otherwise', async () => {
    await behave({ channel: 'cash', mode: 'error-after', count: 2, on: 'every' });
    expect([(await issue()).status, (await inquire()).status, (await inquire()).status]).toEqual([500, 500, 200]);
    await behave({ channel: 'cash', mode: 'error-before' });
    expect([(await issue('a')).status, (await issue('b')).status, (await inquire('a')).status]).toEqual([
      500, 500, 200,
    ]);
    expect((await text()).status).toBe(200);
    await behave({ channel: 'cash', mode: 'ok' });
    expect((await issue('a')).status).toBe(200);
  });

  it('a mixture is the same for the same seed, and ends with one payment for each reference', async () => {
    const run = async (prefix: string): Promise<readonly string[]> => {
      await behave({ channel: 'cash', mode: 'mix', seed: 7, share: 0.6, delayMs: 20, on: 'every' });
      const seen: string[] = [];
      for (let at = 0; at < 40; at += 1) {
        await issue(`${prefix}-${at}`).then(
          ({ status }) => seen.push(String(status)),
          () => seen.push('lost'),
        );
      }
      await behave({ channel: 'cash', mode: 'ok' });
      return seen;
    };
    const first = await run('a');
    expect(await run('b')).toEqual(first);
    expect(new Set(first)).toEqual(new Set(['200', '500', 'lost']));
    for (let at = 0; at < 40; at += 1) expect((await issue(`a-${at}`)).status).toBe(200);
    const { references } = (await summary()).cash;
    expect(
      Object.entries(references).filter(([name, { payments }]) => name.startsWith('a-') && payments === 1),
    ).toHaveLength(40);
  });
});

describe('a setting that cannot be used', () => {
  it('is named, without its value', async () => {
    const port = Number(new URL(url()).port);
    await expect(startSimulator({ port, journal: dirname(journalFile()) })).rejects.toMatchObject({
      message: 'the file, folder or address in the setting PORT cannot be used (EADDRINUSE)',
    });
    await expect(startSimulator({ port: 0, journal: join(journalFile(), 'below') })).rejects.toMatchObject({
      message: 'the file, folder or address in the setting JOURNAL cannot be used (ENOTDIR)',
    });
  });
});

describe('the journal', () => {
  it('is there again after a restart, and a half line at its end is not', async () => {
    const issued = await issue();
    await text();
    const before = await (await fetch(`${url()}/journal`)).json();
    await restart(() => appendFileSync(journalFile(), '{"kind":"cash-issued","refer'));
    expect(await (await fetch(`${url()}/journal`)).json()).toEqual(before);
    expect(await inquire()).toEqual(issued);
    expect((await text()).status).toBe(200);
    expect((await issue('ref-2')).status).toBe(200);
    await restart();
    expect((await summary()).entries).toBe(3);
  });
});
