import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { behave, journalFile, post, summary, text, withSimulator } from './rig.js';

withSimulator();

describe('the carrier', () => {
  it('takes a text once per reference, and refuses another under it', async () => {
    expect(await text()).toEqual({ status: 200, body: { reference: 'text-1', state: 'accepted' } });
    expect(await text()).toEqual({ status: 200, body: { reference: 'text-1', state: 'accepted' } });
    for (const more of [{ text: 'Another.' }, { to: '+10005550124' }]) {
      expect(await text('text-1', more)).toEqual({
        status: 409,
        body: { reference: 'text-1', error: 'other-content' },
      });
    }
    expect((await summary()).sms).toEqual({ accepted: 1, recipients: 1, references: { 'text-1': 1 } });
  });

  it('takes 140 characters and no more', async () => {
    expect((await text('short', { text: 'ñ'.repeat(140) })).status).toBe(200);
    expect(await text('long', { text: 'x'.repeat(141) })).toEqual({ status: 400, body: { error: 'too-long' } });
  });

  it('writes no number down', async () => {
    await text('text-1', { from: 'City Services' });
    const written = readFileSync(journalFile(), 'utf8');
    expect(JSON.parse(written)).toEqual({
      kind: 'sms-accepted',
      reference: 'text-1',
      recipient: expect.stringMatching(/^[\w-]{43}$/),
      text: 'Number ending 7Q2 will close in 7 days.',
    });
    expect(written).not.toMatch(/0005550123/);
  });

  it.each(['ok-reply-lost', 'reset', 'truncated', 'error-after', 'not-found-then-posts', 'never-settles', 'slow'])(
    '%s: the same reference again ends in one text',
    async (mode) => {
      await behave({ channel: 'sms', mode, count: 1, delayMs: 50 });
      const first = await post(
        '/sms/messages',
        { reference: 'text-1', to: '+10005550123', text: 'Number ending 7Q2 will close in 7 days.' },
        300,
      ).then(
        ({ status }) => String(status),
        () => 'lost',
      );
      expect(first).toBe(mode === 'slow' ? '200' : mode === 'error-after' ? '500' : 'lost');
      expect((await text()).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect((await summary()).sms.references).toEqual({ 'text-1': 1 });
    },
  );

  it('other-reference and error-before', async () => {
    await behave({ channel: 'sms', mode: 'other-reference', count: 1 });
    expect((await text()).body).toEqual({ reference: 'xext-1', state: 'accepted' });
    await behave({ channel: 'sms', mode: 'error-before', count: 1 });
    expect((await text('text-2')).status).toBe(500);
    expect((await summary()).sms.references).toEqual({ 'text-1': 1 });
  });
});
