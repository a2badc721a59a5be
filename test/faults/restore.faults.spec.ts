import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { services, type Service } from '#libs/contracts';

import { prepare, readOnce, submit, submitAll, type Applicant } from '../../deploy/demo/run.js';
import { twoOfEach } from '../../deploy/local/instances.js';
import { eventually, TestCity, type JournalEntry } from '../support/city.js';
import { liftFreeze } from '../support/ledger-freeze.js';
import { expectOneOutcomeEach, readUntilPaid, syntheticPeople } from '../support/outcomes.js';
import { OwnCluster } from '../support/own-cluster.js';

const HOUSEHOLDS = 99;
const AT_ONCE = 8;

let city: TestCity;
let clusters: Readonly<Record<Service, OwnCluster>>;

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'clusters-'));
  const started = await Promise.all(
    services.map(async (service) => [service, await OwnCluster.start(service, join(root, service))]),
  );
  clusters = Object.fromEntries(started) as typeof clusters;
  const given = Object.fromEntries(
    services.flatMap((service) => [
      [urlName(service), clusters[service].url],
      [`DATABASE_OWNER_URL_${service.toUpperCase()}`, clusters[service].owner.url],
      [`DATABASE_OWNER_ROLE_${service.toUpperCase()}`, clusters[service].owner.role],
    ]),
  );
  city = await TestCity.start('demo', { given, instances: twoOfEach });
}, 120_000);

afterAll(async () => {
  await city.stop();
  await Promise.all(Object.values(clusters).map((cluster) => cluster.stop()));
});

function urlName(service: Service): string {
  return `DATABASE_URL_${service.toUpperCase()}`;
}

/**
 * A way to restore a database: it copies it now, and returns what puts the copy back, while its service is stopped or
 * runs.
 */
type Method = (cluster: OwnCluster) => Promise<() => Promise<void>>;

const methods: readonly (readonly [string, 'stopped' | 'running', Method])[] = [
  [
    'from its tables, into a cluster that was never seen',
    'stopped',
    async (cluster) => {
      const copy = await cluster.tables();
      return () => cluster.restoreTables(copy);
    },
  ],
  [
    'from an older copy of its files',
    'running',
    async (cluster) => {
      const copy = await cluster.copyFiles();
      return () => cluster.restoreFiles(copy);
    },
  ],
];

describe.each(services)('%s restored to an older state in the middle of a run', (service) => {
  it.each(methods)(
    '%s, while both of its processes are %s: everyone has one outcome, nobody is paid twice',
    async (_, are, method) => {
      const run = await Run.begin();
      const putBack = await run.during(() => method(clusters[service]));
      await run.next();
      // Applications that intake has acknowledged but not sent exist nowhere else.
      if (service === 'intake') await backlogOf('intake', 0);
      if (service === 'payments') await run.anchorIsPastTheCopy();
      const stopped = are === 'stopped' ? [1, 2] : [];
      for (const number of stopped) await city.stack.kill(service, number);
      await putBack();
      for (const number of stopped) await city.stack.restart(service, number);
      if (service === 'payments') await liftFreeze(city);
      // A device that is not sure of the result sends the same again.
      if (service === 'intake') await Promise.all(run.sent.slice(-9).map((applicant) => submit(applicant)));
      await run.end(service);
    },
    240_000,
  );
});

describe('payments, whose database fails over while it runs', () => {
  it('to a replica that lags: it notices by itself, holds, is filled again, and pays nobody twice', async () => {
    const run = await Run.begin();
    const replica = await run.during(async () => {
      const following = await clusters.payments.replica();
      await following.fallBehind();
      return following;
    });
    await run.next();
    await run.anchorIsPastTheCopy();
    await clusters.payments.failOverTo(replica);
    await liftFreeze(city);
    await run.end('payments');
  }, 240_000);

  it('to one that had everything: it goes on, and nobody lifts anything', async () => {
    const run = await Run.begin();
    const replica = await run.during(() => clusters.payments.replica());
    await run.next();
    expect(await readUntilPaid(run.sent, city)).toBe(0);
    await quiet();
    await clusters.payments.hasAllAt(replica);
    await clusters.payments.failOverTo(replica);
    await run.end('payments');
  }, 240_000);
});

/** Three thirds of households. The copy is made in the middle of the first, and restored after the second. */
class Run {
  readonly sent: Applicant[] = [];
  private headAtCopy = 0n;

  private constructor(
    private readonly applicants: readonly Applicant[],
    private readonly before: readonly JournalEntry[],
  ) {}

  static async begin(): Promise<Run> {
    const before = await city.journal();
    return new Run(await prepare(syntheticPeople(HOUSEHOLDS, city), city.kiosks, city.setting), before);
  }

  /** Runs work while the first third is sent. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const sending = this.next();
    await eventually(
      'some are in',
      () => Promise.resolve(this.applicants.filter(({ receivedAt }) => receivedAt > 0).length),
      (count) => count >= HOUSEHOLDS / 9,
    );
    const result = await work();
    // The copy holds no position above this one.
    this.headAtCopy = await clusters.payments.headSeq();
    await sending;
    return result;
  }

  async next(): Promise<void> {
    const third = this.applicants.slice(this.sent.length, this.sent.length + HOUSEHOLDS / 3);
    this.sent.push(...third);
    await submitAll(third, AT_ONCE);
  }

  /**
   * Waits until the anchor is newer than the copy. A ledger that contains the anchored pair has lost nothing and is not
   * frozen.
   */
  async anchorIsPastTheCopy(): Promise<void> {
    await eventually(
      'something is anchored that the copy does not know',
      () => Promise.resolve(anchoredSeq()),
      (seq) => seq > this.headAtCopy,
      60_000,
    );
  }

  async end(restored: Service): Promise<void> {
    await this.next();
    expect(await readUntilPaid(this.applicants, city)).toBe(0);
    await quiet();
    // Households that had a code read again: it must be the code that is valid now.
    for (const applicant of this.applicants) {
      Object.assign(applicant, { codes: [] });
      await readOnce(applicant, city.today);
    }
    // After a restore these two services publish again, so that households are notified again.
    const mayTellAgain = restored === 'payments' || restored === 'eligibility';
    await expectOneOutcomeEach(city, this.applicants, { before: this.before, mayTellAgain, textsWithinMs: 120_000 });
  }
}

function anchoredSeq(): bigint {
  const { seq } = JSON.parse(readFileSync(join(city.stack.layout.anchor, 'payments.json'), 'utf8')) as { seq: string };
  return BigInt(seq);
}

async function backlogOf(service: Service, wanted: number): Promise<void> {
  await eventually(
    'everything is sent',
    async () => (await city.checks(service))['backlog'],
    (backlog) => backlog === wanted,
  );
}

/** Waits until every service has read and sent everything. */
async function quiet(): Promise<void> {
  for (const service of services) {
    await eventually(
      `${service} is quiet`,
      () => city.checks(service),
      ({ lag, backlog }) => lag === 0 && backlog === 0,
      60_000,
    );
  }
}
