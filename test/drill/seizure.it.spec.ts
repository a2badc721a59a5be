import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import pg from 'pg';

import { catalogue, services, type Contract, type Service } from '#libs/contracts';
import { prepareRequest, staffSignatureHeaders, type Wish } from '#libs/household';

import { prepare, readOnce, readUntilDone, submitAll, type Applicant } from '../../deploy/demo/run.js';
import type { SyntheticHousehold } from '../../deploy/demo/synthetic.js';
import { eventually, TestCity } from '../support/city.js';
import { Haystack, searchTree, textNeedles, type Needle, type SearchedTree } from '../support/needles.js';
import { sharedCodes, sharedPieces, sharedValues, valuesOf, type DatabaseValues } from '../support/shared-values.js';
import { crowd, derivedNeedles, sendCanaries, typedNeedles } from './crowd.js';
import { closedFields, markNeedles, openFields, randomLetters, sendMarks, statusesOf, type SentMark } from './marks.js';

const HOUSEHOLDS = 60;
const AT_ONCE = 12;

/** Twelve letters of one person. They fit every form of text that a contract lets pass. */
const letters = randomLetters(13);
const canary = `Zoraida Canario ${randomBytes(6).toString('hex')}`;
/** Values written on purpose, at places where only a search of every byte can find them. */
const planted = {
  'in PostgreSQL': `Planted Row ${randomBytes(8).toString('hex')}`,
  'in Kafka': `Planted Record ${randomBytes(8).toString('hex')}`,
  'in a log': `Planted Line ${randomBytes(8).toString('hex')}`,
};

/** Texts that are the same in every database because they are about nobody. */
const constants = [
  ...(catalogue as readonly Contract[]).map(({ topic }) => new RegExp(`^${topic.replaceAll('.', '\\.')}$`)),
  // Names of the migrations, and the id of the cluster that the four databases share.
  /^Initial\d{13}$/,
  /^\d{19}$/,
  // The audit's name for an operator's command that no person signs.
  /^command-line$/,
];

/** Columns with short texts that may be equal in two databases, because none of them is about a household. */
const aboutNobody = [
  'audit.about',
  'audit.operation',
  'audit.person',
  'circuit_breaker.name',
  'migration.name',
  'record.kind',
  'relay_cursor.name',
  'spent_nonce.key',
  'staff.name',
  'staff.person',
  'staff.role',
];

let city: TestCity;
let people: readonly SyntheticHousehold[];
let applicants: readonly Applicant[];
let newPhones: readonly string[];
let marks: readonly SentMark[];
let statuses: ReadonlyMap<string, string>;
let values: ReadonlyMap<Service, DatabaseValues>;
let withPlanted: ReadonlyMap<Service, DatabaseValues>;
let seized: SearchedTree;

beforeAll(async () => {
  city = await TestCity.start('demo');
  people = withDuplicates(crowd(HOUSEHOLDS, city.setting.day));
  await liveThrough();
  await plantAndLook();
  await city.stack.stop();
  seized = await searchTree(
    city.root,
    new Haystack(allNeedles()),
    (path) => path === 'keyring' || path === 'keyring-replica',
  );
}, 300_000);

afterAll(async () => {
  await city.stop();
});

describe('everything on disk, switched off, without the keyring', () => {
  it('is all of it: databases with their write-ahead log, segments, logs, books, the anchor', () => {
    const expected = [
      /^postgres\/base\//,
      /^postgres\/pg_wal\//,
      /^kafka\/data\/intake\..*\.log$/,
      /^logs\//,
      /^anchor\//,
    ];
    const missing = [...expected, /^rail-simulator\//, /devices/].filter(
      (wanted) => !seized.files.some((file) => wanted.test(file)),
    );
    expect(missing).toEqual([]);
    expect(seized.files.length).toBeGreaterThan(1_000);
    expect(seized.bytes).toBeGreaterThan(50_000_000);
  });

  it('would show what is there: each value that was planted is found', () => {
    const found = Object.keys(planted).map((where) => [where, filesOf((name) => name === where).length > 0]);
    expect(found).toEqual(Object.keys(planted).map((where) => [where, true]));
  });

  it('holds nothing that anybody typed, and no receipt', () => {
    const typed = ['calledBy', 'dwelling', 'phone', 'a word', 'receipt', 'a new phone'];
    expect(seized.findings.filter(({ name }) => typed.includes(name))).toEqual([]);
  });

  it('holds nothing of what was sent to every door in bad bodies, addresses, headers and slices', () => {
    expect(filesOf((name) => name === 'canary')).toEqual([]);
  });

  it('holds nothing that a foreign device wrote into any field that lets a text pass', () => {
    expect(filesOf((name) => name === 'a mark')).toEqual([]);
    const fields = marks.map(({ contract, path }) => `${contract} ${path}`);
    expect(fields).toEqual(expect.arrayContaining([...closedFields, ...openFields]));
  });

  it('and each household for which it wrote an unknown code was told that a person will help', async () => {
    const sent = marks.filter(({ contract, path }) => closedFields.includes(`${contract} ${path}`));
    expect(sent.map(({ contract, path }) => [contract, path, statuses.get(path)])).toEqual(
      sent.map(({ contract, path }) => [contract, path, 'ask-a-person']),
    );
    expect(sent).toHaveLength(closedFields.length);
  });

  it('holds no key, handle, token or id of a household', () => {
    const others = [
      'a mark',
      'calledBy',
      'dwelling',
      'phone',
      'a word',
      'receipt',
      'a new phone',
      'canary',
      'collection code',
    ];
    const derived = seized.findings.filter(({ name }) => !others.includes(name) && !(name in planted));
    expect(derived).toEqual([]);
  });

  it("holds the codes that pay only in the partner's own books", () => {
    const files = filesOf((name) => name === 'collection code');
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !file.startsWith('rail-simulator/'))).toEqual([]);
  });

  it('was reached through decisions, reviews, requests, texts, and a kill', () => {
    const reached = new Set(applicants.map(({ status }) => status));
    expect([...reached]).toEqual(
      expect.arrayContaining(['ready-to-collect', 'being-looked-at', 'closed', 'come-and-confirm']),
    );
    expect(applicants.filter(({ codes }) => codes.length > 0).length).toBeGreaterThan(HOUSEHOLDS / 2);
  });
});

describe('two services', () => {
  const pairs = services.flatMap((one, at) => services.slice(at + 1).map((other) => [one, other] as const));

  it.each(pairs)('%s and %s hold no equal value', (one, other) => {
    expect(sharedValues(held(values, one), held(values, other))).toEqual([]);
  });

  it.each(pairs)('%s and %s hold no equal eight bytes in anything random or sealed', (one, other) => {
    expect(sharedPieces(held(values, one), held(values, other))).toBe(0);
    expect(held(values, one).pieces.length).toBeGreaterThan(10_000);
  });

  it.each(pairs)('%s and %s hold no equal code but those of the system and of its staff', (one, other) => {
    const shared = sharedCodes(held(values, one), held(values, other));
    const others = shared.filter((pair) => !aboutNobody.some((columns) => pair === `${columns} = ${columns}`));
    expect(others).toEqual([]);
  });

  it('would be caught: a value planted in both of them is found', () => {
    const [one, other] = [held(withPlanted, 'intake'), held(withPlanted, 'payments')];
    expect(sharedValues(one, other)).toMatchObject([{ where: ['planted.value', 'planted.value'] }]);
    expect(sharedPieces(one, other)).toBe(9);
  });
});

/**
 * Sends applications, with bad input in between and a service that is killed, and then everything that households ask
 * later.
 */
async function liveThrough(): Promise<void> {
  applicants = await prepare(people, [...city.kiosks.slice(0, 8), city.phone], city.setting);
  const good = (applicants[0] as Applicant).body;
  const harm = (async () => {
    await eventually(
      'a third is accepted',
      () => Promise.resolve(accepted()),
      (count) => count >= HOUSEHOLDS / 3,
    );
    await city.stack.kill('eligibility');
    await sendCanaries(city, canary, { ...good }).catch(() => 0);
    await city.stack.restart('eligibility');
  })();
  await Promise.all([submitAll(applicants, AT_ONCE), harm]);
  const isDecided = ({ status }: Applicant): boolean =>
    status !== 'nothing-arrived' && status !== 'received' && status !== 'approved';
  const options = { today: city.setting.day, atOnce: 8, timeoutMs: 60_000 };
  expect(await readUntilDone(applicants, { ...options, isDone: isDecided })).toBe(0);
  expect(await sendCanaries(city, canary, good)).toBe(0);
  marks = await sendMarks(city, letters, people[1] as SyntheticHousehold);
  statuses = await statusesOf(marks);
  await askForMore();
  await releaseEverything();
  const withdrawn = applicants.filter((_, at) => wishOf(at)?.kind === 'withdraw');
  const isClosed = ({ status }: Applicant): boolean => status === 'closed';
  expect(await readUntilDone(withdrawn, { ...options, isDone: isClosed })).toBe(0);
  await Promise.all(applicants.map((applicant) => readOnce(applicant, city.setting.day)));
}

const accepted = (): number => applicants.filter(({ receivedAt }) => receivedAt > 0).length;

/** Every twentieth household applies a second time under another receipt. */
function withDuplicates(all: readonly SyntheticHousehold[]): readonly SyntheticHousehold[] {
  return all.map((person, at) => {
    const first = all[at - 1];
    if (at % 20 !== 10 || first === undefined) return person;
    return { ...person, typed: first.typed, answers: { ...person.answers, typed: first.answers.typed } };
  });
}

function wishOf(at: number): Wish | undefined {
  const phone = newPhoneOf(at);
  const contact = { channel: 'text', phone, leaveMessage: false, language: 'es' } as const;
  const wishes: readonly Wish[] = [
    { to: 'eligibility', kind: 'withdraw' },
    { to: 'eligibility', kind: 'evidence-shown', evidenceClass: 'R1' },
    { to: 'eligibility', kind: 'appeal' },
    { to: 'payments', kind: 'payout-change', way: 'CASH' },
    { to: 'notification', kind: 'contact-change', contact },
    { to: 'notification', kind: 'stop' },
  ];
  return wishes[at % 12];
}

const phoneBase = 3_000_000_000 + randomBytes(3).readUIntBE(0, 3) * 100;
const newPhoneOf = (at: number): string => `+1${phoneBase + at}`;

async function askForMore(): Promise<void> {
  newPhones = people.map((_, at) => newPhoneOf(at));
  for (const [at, { receipt }] of people.entries()) {
    const wish = wishOf(at);
    if (wish === undefined) continue;
    await city.phone.file(await prepareRequest(receipt, { wish, n: 1 }, city.setting));
  }
}

async function releaseEverything(): Promise<void> {
  const made = await signed('maker-one', 'batches', {});
  if (made['made'] === null) return;
  const { batch, digest } = made['made'] as { batch: string; digest: string };
  await signed('checker-one', 'approvals', { batch, digest });
}

async function signed(name: string, door: string, content: object): Promise<Record<string, unknown>> {
  const body = JSON.stringify(content);
  const request = { method: 'POST', path: `/v1/release/${door}`, body };
  const signature = { createdSeconds: Math.floor(Date.now() / 1000), service: 'payments' };
  const headers = await staffSignatureHeaders(request, city.staff(name), signature);
  const answer = await fetch(`${city.stack.urls.payments}${request.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

/** Reads all databases as they are, and plants what the searches must find. */
async function plantAndLook(): Promise<void> {
  values = await valuesOfAll();
  const same = randomBytes(16);
  await asSuperuser('intake', 'CREATE TABLE planted AS SELECT $1::bytea AS value', same);
  await asSuperuser('payments', 'CREATE TABLE planted AS SELECT $1::bytea AS value', same);
  withPlanted = await valuesOfAll();
  await asSuperuser('postgres', 'CREATE TABLE planted AS SELECT $1::text AS value', planted['in PostgreSQL']);
  await writeFile(city.stack.logFile('planted'), `{"name":${JSON.stringify(planted['in a log'])}}`);
  const { brokers, admin } = city.stack.broker;
  const client = new kafkajs.Kafka({
    brokers: [brokers],
    sasl: { mechanism: 'scram-sha-256', username: admin?.username ?? '', password: admin?.password ?? '' },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = client.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic: 'intake.contact-given.v1', messages: [{ value: planted['in Kafka'] }] });
  await producer.disconnect();
}

async function valuesOfAll(): Promise<ReadonlyMap<Service, DatabaseValues>> {
  const all = await Promise.all(
    services.map(async (service) => [service, await valuesOf(databaseUrl(service), constants)] as const),
  );
  return new Map(all);
}

function databaseUrl(name: string): string {
  const url = new URL(city.stack.superuserUrl ?? '');
  url.pathname = `/${name}`;
  return url.href;
}

/** @param value replaces `$1`: CREATE TABLE AS takes no parameters of its own */
async function asSuperuser(database: string, statement: string, value: string | Buffer): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(database) });
  await client.connect();
  try {
    const literal = typeof value === 'string' ? `'${value}'` : `'\\x${value.toString('hex')}'`;
    await client.query(statement.replace('$1', literal));
  } finally {
    await client.end();
  }
}

function allNeedles(): readonly Needle[] {
  return [
    ...people.flatMap(typedNeedles),
    ...newPhones.flatMap((phone) => textNeedles('a new phone', phone)),
    ...applicants.flatMap(({ household }) => derivedNeedles(household)),
    ...applicants.flatMap(({ codes }) => codes.flatMap(({ code }) => textNeedles('collection code', code))),
    ...markNeedles(marks),
    ...textNeedles('canary', canary),
    ...Object.entries(planted).flatMap(([where, text]) => textNeedles(where, text)),
  ];
}

function filesOf(isWanted: (name: string) => boolean): readonly string[] {
  return [...new Set(seized.findings.filter(({ name }) => isWanted(name)).map(({ file }) => file))];
}

function held(all: ReadonlyMap<Service, DatabaseValues>, service: Service): DatabaseValues {
  const found = all.get(service);
  if (found === undefined) throw new Error('no such database');
  return found;
}
