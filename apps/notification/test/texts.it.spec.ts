import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { AnyDelivery } from '#libs/bus/testing';
import { LeaseHolder } from '#libs/records';
import { CityProfile, Log, Workers, type Clock } from '#libs/service';

import { damage } from '../../../test/support/damage.js';
import { repositoryRoot } from '../../../deploy/local/layout.js';
import { freePort } from '../../../deploy/local/ports.js';
import type { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { TextCarrier } from '../src/carrier.adapter.js';
import type { NotificationConfig } from '../src/config.js';
import { TextCounts } from '../src/text-counts.adapter.js';
import { TextService } from '../src/text.service.js';
import { TextWorker } from '../src/text.worker.js';
import { byText, keptBy, notAtAll, openNotification, Sender, textsOf } from './support.js';

interface Text {
  readonly reference: string;
  readonly recipient: string;
  readonly text: string;
}

const first = '+10005550123';
const second = '+10005550124';

/** Moves when a test moves it. */
let ahead = 0;
const clock: Clock = { now: () => new Date(Date.now() + ahead) };

let keyrings: TestKeyrings;
let service: ServiceUnderTest<'notification'>;
let deliver: (deliveries: readonly AnyDelivery[]) => Promise<void>;
let worker: TextWorker;
let sender: Sender;
let journal: string;
let carrier: ChildProcess;
let carrierUrl: string;

beforeAll(async () => {
  journal = await mkdtemp(join(tmpdir(), 'texts-'));
  const port = await freePort();
  carrierUrl = `http://127.0.0.1:${port}`;
  carrier = spawn(process.execPath, [join(repositoryRoot, 'dist/apps/rail-simulator/src/main.js')], {
    env: { PORT: String(port), JOURNAL: journal },
    stdio: 'ignore',
  });
  keyrings = await TestKeyrings.create();
  service = await openNotification(keyrings, { SMS_URL: carrierUrl, QUIET_HOURS: 'off' }, clock);
  deliver = (deliveries) => service.deliver(deliveries);
  worker = service.get(TextWorker);
  await eventually(async () => (await fetch(`${carrierUrl}/health/ready`)).ok);
});

beforeEach(async () => {
  ahead = 0;
  await service.clear();
  await behave('ok');
  sender = await Sender.create(keyrings);
});

afterAll(async () => {
  carrier.kill('SIGTERM');
  await service.close();
  await keyrings.remove();
  await rm(journal, { recursive: true, force: true });
});

async function eventually(act: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await act().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come to pass');
}

async function behave(mode: string, count: number | 'all' = 'all'): Promise<void> {
  const answer = await fetch(`${carrierUrl}/behaviour`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'sms', mode, count, delayMs: 50 }),
  });
  expect(answer.status).toBe(200);
}

/** The texts that the carrier has accepted for this household. */
async function accepted(): Promise<readonly Text[]> {
  const entries = (await (await fetch(`${carrierUrl}/journal`)).json()) as readonly (Text & { kind: string })[];
  return entries.filter(({ kind, text }) => kind === 'sms-accepted' && text.includes(` ${sender.tail}`));
}

async function textsLeft(): Promise<number> {
  return (await keptBy(service))['text']?.length ?? -1;
}

const minutes = (count: number): number => count * 60_000;

describe('texts', () => {
  it('go out once for each notice, in the chosen language, and leave no work', async () => {
    await deliver([
      await sender.gives(byText(first, 'es')),
      sender.notice('eligibility', 1),
      sender.notice('payments', 1, 'ready'),
    ]);
    expect(await worker.sendDue()).toBe(2);
    expect(await worker.sendDue()).toBe(0);
    const texts = await accepted();
    expect(texts.map(({ text }) => text).toSorted()).toEqual([
      `Hay una novedad para el número que termina en ${sender.tail}. Consulte cuando quiera con su número. ` +
        'Responda ALTO para terminar.',
      `Ya está listo lo de su número que termina en ${sender.tail}. Traiga su número. Responda ALTO para terminar.`,
    ]);
    expect(new Set(texts.map(({ reference }) => reference)).size).toBe(2);
    expect(await textsLeft()).toBe(0);
  });

  it.each([
    ['none', notAtAll],
    ['call', { channel: 'call', phone: first, leaveMessage: true, language: 'en' }],
    ['email', { channel: 'email', email: 'e@example.org', leaveMessage: false, language: 'en' }],
  ] as const)('do not go out by %s, and nothing is held for that', async (_channel, contact) => {
    await deliver([await sender.gives(contact), sender.notice('eligibility', 1)]);
    expect(await worker.sendDue()).toBe(0);
    expect(await accepted()).toEqual([]);
    expect(JSON.stringify(await keptBy(service))).not.toMatch(/5550123|example/);
  });

  it('do not go out after a stop, also not those that were waiting', async () => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    await deliver([await sender.asks({ kind: 'stop', n: 1 }), sender.notice('eligibility', 2)]);
    expect(await worker.sendDue()).toBe(0);
    expect(await accepted()).toEqual([]);
  });

  it('are at most as many as the profile allows for one case', async () => {
    const { maxPerCase } = service.profile.messages;
    await deliver([await sender.gives(byText(first))]);
    for (let version = 1; version <= maxPerCase + 2; version += 1) {
      await deliver([sender.notice('eligibility', version)]);
      await worker.sendDue();
    }
    expect(await accepted()).toHaveLength(maxPerCase);
    expect(await textsLeft()).toBe(0);
  });

  it.each([
    'ok-reply-lost',
    'error-after',
    'error-before',
    'reset',
    'truncated',
    'not-found-then-posts',
    'other-reference',
  ])('go out once when the carrier misbehaves: %s', async (mode) => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    await behave(mode, 1);
    expect(await worker.sendDue()).toBe(0);
    expect(await textsLeft()).toBe(1);
    expect(await worker.sendDue()).toBe(1);
    expect(await worker.sendDue()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await accepted()).toHaveLength(1);
  });

  it('go out once when the process dies between the commit and the call, or between the call and its end', async () => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    const texts = service.get(TextService);
    // The process dies after it has committed the sending.
    const { ready } = await texts.commit(await texts.claimDue(10));
    expect(ready).toHaveLength(1);
    // Nobody else can claim the text until the lease ends.
    expect(await worker.sendDue()).toBe(0);
    ahead = minutes(3);
    const again = await texts.commit(await texts.claimDue(10));
    expect(again.ready.map(({ reference, to, text }) => ({ reference, to, text }))).toEqual(
      ready.map(({ reference, to, text }) => ({ reference, to, text })),
    );
    // The process dies after the carrier has accepted the text.
    await fetch(`${carrierUrl}/sms/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        reference: again.ready[0]?.reference,
        to: first,
        text: again.ready[0]?.text,
        from: 'City Services',
      }),
    });
    ahead = minutes(6);
    expect(await worker.sendDue()).toBe(1);
    expect(await accepted()).toHaveLength(1);
    expect((await keptBy(service))['contact']?.[0]).toContain('"sent":1');
  });

  it('of a dead process can be claimed as soon as another one looks, and only those', async () => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    const dead = new LeaseHolder({ connectionString: service.database.url });
    const texts = textsOf(service, dead);
    expect(await texts.claimDue(10)).toHaveLength(1);
    // The process lives, so that nobody may claim its work.
    expect(await texts.endDeadLeases()).toBe(0);
    expect(await worker.sendDue()).toBe(0);
    await dead.stop();
    await eventually(async () => (await texts.endDeadLeases()) === 1);
    expect(await worker.sendDue()).toBe(1);
    expect(await accepted()).toHaveLength(1);
  });

  it('of a dead process can be claimed when another one gets its lease number', async () => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    const dead = new LeaseHolder({ connectionString: service.database.url });
    expect(await textsOf(service, dead).claimDue(10)).toHaveLength(1);
    const { number } = await dead.current();
    await dead.stop();
    const next = new LeaseHolder({ connectionString: service.database.url });
    await eventually(async () => (await next.current()).number === number);
    const texts = textsOf(service, next);
    const { ready } = await texts.commit(await texts.claimDue(10));
    expect(ready).toHaveLength(1);
    // The process does not end its own leases.
    expect(await texts.claimDue(10)).toEqual([]);
    await next.stop();
    await texts.endDeadLeases();
    expect(await worker.sendDue()).toBe(1);
  });

  it('go to no second number after the first sending', async () => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    await behave('ok-reply-lost', 1);
    await worker.sendDue();
    await deliver([await sender.asks({ kind: 'contact-change', n: 1, contact: byText(second) })]);
    expect(await worker.sendDue()).toBe(1);
    await deliver([sender.notice('eligibility', 2)]);
    await worker.sendDue();
    const texts = await accepted();
    expect(texts).toHaveLength(2);
    expect(new Set(texts.map(({ recipient }) => recipient)).size).toBe(2);
    expect(await textsLeft()).toBe(0);
  });

  it('end when the carrier refuses them', async () => {
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    const texts = service.get(TextService);
    const { ready } = await texts.commit(await texts.claimDue(10));
    // The reference was used for another text.
    await fetch(`${carrierUrl}/sms/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reference: ready[0]?.reference, to: second, text: 'Something else.' }),
    });
    ahead = minutes(3);
    expect(await worker.sendDue()).toBe(1);
    expect(await textsLeft()).toBe(0);
  });

  it('wait during the quiet hours', async () => {
    const nightWorker = new TextWorker(
      service.get(TextService),
      service.get(TextCarrier),
      service.get(TextCounts),
      clock,
      service.get(Log),
      service.get(Workers),
      { quietHours: undefined, quietZone: 'UTC' } as NotificationConfig,
      service.get(CityProfile),
    );
    const now = new Date();
    const at = (hour: number): number => Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, hour);
    await deliver([await sender.gives(byText(first)), sender.notice('eligibility', 1)]);
    // On the next day only the time is different.
    ahead = at(3) - Date.now();
    expect(await nightWorker.sendDue()).toBe(1);
    expect(await nightWorker.sendDue()).toBe(0);
    expect(await accepted()).toEqual([]);
    ahead = at(9) + 1_000 - Date.now();
    expect(await nightWorker.sendDue()).toBe(1);
    expect(await accepted()).toHaveLength(1);
  });
});

describe('one damaged contact', () => {
  it('keeps no other text from being sent, and its own text waits for an hour', async () => {
    const senders = [sender, await Sender.create(keyrings), await Sender.create(keyrings)];
    for (const each of senders) await deliver([await each.gives(byText(first)), each.notice('payments', 1, 'ready')]);
    expect(await damage(service, 'contact', (senders[1] as Sender).householdRef)).toBe(1);
    expect(await worker.sendDue()).toBe(2);
    expect(await accepted()).toHaveLength(1);
    expect(await service.kept('text')).toHaveLength(1);
    expect((await service.health()).checks).toMatchObject({ setAside: 1 });
    expect(await worker.sendDue()).toBe(0);
    ahead = 3_600_000;
    await worker.sendDue();
    expect((await service.health()).checks).toMatchObject({ setAside: 2 });
  });
});
