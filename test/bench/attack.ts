import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

import { services, type SubmitApplicationV1 } from '#libs/contracts';

import { healthOf } from '../../deploy/demo/outside.js';
import { prepare, quantile, readUntilDone, submit, type Applicant } from '../../deploy/demo/run.js';
import { peopleFor, type PublicProfile } from '../../deploy/demo/people.js';
import { runningSystem } from '../../deploy/local/running.js';
import { TestCity } from '../support/city.js';
import { kinds, type Counts, type Kind, type Order } from './attacker.js';
import { placesOf, rubbish } from './rubbish.js';

const HOUSEHOLDS = 300;
/** In another network (/16) than the kiosks. It is the address of a trusted proxy, so that it can speak for many. */
const ATTACKER = '127.77.0.1';
const MANY = 5_000;
const WARM_UP_MS = 1_000;
/** The kiosks of a city send so many applications a second on its busiest day. */
const PER_SECOND = 5;
const P95_MAX_MS = 1_000;
const DONE_WITHIN_MS = 240_000;

/** These are sent once more in the name of 5,000 addresses. */
const fromMany: readonly Kind[] = [
  'keys that are no keys',
  'well-sealed rubbish',
  'signatures of many members',
  'signatures of strangers',
  'reads of boxes',
];

interface Phase {
  readonly kind: Kind;
  readonly senders: number;
}

/**
 * Households apply at kiosks while somebody sends all that one machine can, of one kind after another. Prints for each
 * kind what the attacker got and how long the kiosks waited, and then whether everybody has an outcome.
 */
export async function benchAttack(count = HOUSEHOLDS): Promise<void> {
  const limits = { CLIENT_ADDRESS: 'x-forwarded-for', TRUSTED_PROXIES: ATTACKER };
  const deaths: string[] = [];
  const onDeath = (name: string): void => void deaths.push(name);
  const city = await TestCity.start('demo', { env: { intake: limits }, onDeath });
  const memory = new Memory(city.root);
  try {
    const phases: readonly Phase[] = [
      ...kinds.map((kind) => ({ kind, senders: 1 })),
      ...fromMany.map((kind) => ({ kind, senders: MANY })),
    ];
    const applicants = await householdsOf(city, count);
    const before = await bytesOf(city);
    const body = await rubbish(city.setting);
    const share = Math.ceil(count / phases.length);
    let accepted = 0;
    for (const [at, phase] of phases.entries()) {
      accepted += await attacked(city, phase, { body, applicants: applicants.slice(at * share, (at + 1) * share) });
    }
    const left = await readUntilDone(applicants, {
      today: city.today,
      atOnce: 8,
      timeoutMs: DONE_WITHIN_MS,
      isDone: ({ decidedAt }) => decidedAt > 0,
    });
    const kilobytes = ((await bytesOf(city)) - before) / 1e3 / (accepted + count);
    await report(city, { applicants, left, deaths, memory, accepted, kilobytes });
  } finally {
    memory.stop();
    await city.stop();
  }
}

async function householdsOf(city: TestCity, count: number): Promise<readonly Applicant[]> {
  const profile = (await city.phone.profile()) as PublicProfile;
  const people = peopleFor(profile, city.today, { households: count, seed: 7, texts: true });
  return prepare(people, city.kiosks, city.setting);
}

/** @returns how many applications of the attacker were accepted */
async function attacked(
  city: TestCity,
  { kind, senders }: Phase,
  { body, applicants }: { readonly body: SubmitApplicationV1; readonly applicants: readonly Applicant[] },
): Promise<number> {
  const attacker = new AttackerProcess({
    port: Number(new URL(city.stack.urls.intake).port),
    kind,
    from: ATTACKER,
    senders,
    rubbish: body,
  });
  await sleep(WARM_UP_MS);
  const began = performance.now();
  const sent: Promise<void>[] = [];
  for (const applicant of applicants) {
    sent.push(submit(applicant));
    await sleep(1_000 / PER_SECOND);
  }
  await Promise.all(sent);
  const seconds = (performance.now() - began + WARM_UP_MS) / 1_000;
  const counts = await attacker.stop();
  const rate = Object.values(counts).reduce((sum, each) => sum + each, 0) / seconds;
  const waits = applicants.map(({ sentAt, receivedAt }) => receivedAt - sentAt);
  console.log(
    `${`${kind}${senders === 1 ? '' : `, ${senders} addresses`}`.padEnd(44)} ` +
      `${Math.round(rate).toString().padStart(6)}/s  kiosks p50 ${quantile(waits, 0.5).toFixed(0).padStart(5)} ms ` +
      `p95 ${quantile(waits, 0.95).toFixed(0).padStart(5)} ms  ${shown(counts)}`,
  );
  return counts['202'] ?? 0;
}

function shown(counts: Counts): string {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return rows.map(([what, count]) => `${what}: ${count}`).join(', ');
}

interface Outcome {
  readonly applicants: readonly Applicant[];
  readonly left: number;
  readonly deaths: readonly string[];
  readonly memory: Memory;
  /** Applications of the attacker that intake accepted. */
  readonly accepted: number;
  /** What each application cost on disk, the households' too. */
  readonly kilobytes: number;
}

async function report(
  city: TestCity,
  { applicants, left, deaths, memory, accepted, kilobytes }: Outcome,
): Promise<void> {
  const waits = applicants.map(({ sentAt, receivedAt }) => receivedAt - sentAt);
  const p95 = quantile(waits, 0.95);
  const stopped: string[] = [];
  for (const service of services) {
    const { ready, checks } = await healthOf(service, city.stack.internalUrls[service], city.root);
    if (!ready || checks['tripped'] === true) stopped.push(service);
  }
  const bars: readonly (readonly [string, boolean, string])[] = [
    ['households with an outcome', left === 0, `${applicants.length - left} of ${applicants.length}`],
    ['kiosks wait for the 202, p95', p95 < P95_MAX_MS, `${p95.toFixed(0)} ms (below ${P95_MAX_MS})`],
    ['processes that died', deaths.length === 0, deaths.length === 0 ? 'none' : deaths.join(', ')],
    ['services that stopped', stopped.length === 0, stopped.length === 0 ? 'none' : stopped.join(', ')],
  ];
  console.log('');
  for (const [name, isMet, value] of bars) console.log(`${isMet ? 'ok  ' : 'MISS'} ${name.padEnd(32)} ${value}`);
  console.log(`     ${'memory at most, MB'.padEnd(32)} ${memory.shown()}`);
  console.log(`     ${'applications of the attacker'.padEnd(32)} ${accepted}`);
  console.log(`     ${'disk for each application'.padEnd(32)} ${kilobytes.toFixed(1)} kB`);
  if (bars.some(([, isMet]) => !isMet)) process.exitCode = 1;
}

async function bytesOf(city: TestCity): Promise<number> {
  return Object.values(await placesOf(city)).reduce((sum, bytes) => sum + bytes, 0);
}

/** A process that sends, so that the households' process has its own processor time. */
class AttackerProcess {
  private readonly child = fork(fileURLToPath(new URL('attacker.js', import.meta.url)), { stdio: 'inherit' });

  constructor(order: Order) {
    this.child.send(order);
  }

  stop(): Promise<Counts> {
    const counts = new Promise<Counts>((resolve, reject) => {
      this.child.once('message', (message) => resolve(message as Counts));
      this.child.once('error', reject);
      this.child.once('exit', () => reject(new Error('the attacker ended')));
    });
    this.child.send('stop');
    return counts;
  }
}

const SAMPLE_MS = 500;

/** The most memory that each process of the city used. Linux only. */
class Memory {
  private readonly most = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly root: string) {
    this.timer = setInterval(() => this.look(), SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  shown(): string {
    return [...this.most].map(([name, megabytes]) => `${name} ${Math.round(megabytes)}`).join(', ');
  }

  private look(): void {
    for (const { name, pid } of runningSystem(runningFileIn(this.root))?.processes ?? []) {
      this.most.set(name, Math.max(this.most.get(name) ?? 0, residentMegabytes(pid)));
    }
  }
}

function runningFileIn(root: string): string {
  return `${root}/running.json`;
}

function residentMegabytes(pid: number): number {
  try {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1_024;
  } catch {
    return 0;
  }
}
