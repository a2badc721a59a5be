import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { run } from './program.js';

const head = (service: string): string => `${service}:3:${'A'.repeat(43)}`;
// The port of nobody: a request that is sent fails with "does not answer".
const local = { intake: 'http://127.0.0.1:1', eligibility: 'http://localhost:1', payments: 'https://127.0.0.1:1' };

let folder: string;
let told: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'city-'));
  told = [];
  for (const level of ['log', 'error'] as const) {
    jest.spyOn(console, level).mockImplementation((text: unknown) => void told.push(String(text)));
  }
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

/** Runs a command on a city that does not answer. @returns what a person reads */
async function said(city: object, ...words: readonly string[]): Promise<string> {
  const file = join(folder, 'city.json');
  writeFileSync(file, JSON.stringify(city));
  await run([...words, '--city', file]);
  expect(process.exitCode).toBe(1);
  return told.join('\n');
}

const audit = (...words: readonly string[]): Promise<string> =>
  said({ services: local, internal: local }, 'audit', 'verify', ...words);

describe('the known heads of an audit', () => {
  it.each([
    [['payments', '--known', head('intake')]],
    [['--known', head('payment')]],
    [['--known', head('notification')]],
    [['payments', '--known', head('payments'), '--known', head('eligibility')]],
  ])('are refused if one is of a service that is not verified: %j', async (words) => {
    expect(await audit(...words)).toBe(
      'An option or argument is not valid. (--known names a service that is not verified)',
    );
  });

  it.each([
    'payments',
    'payments:3',
    'payments:x:y',
    `payments:3:${'A'.repeat(42)}`,
    `${head('payments')},`,
    'PAYMENTS',
  ])('are refused in another form: %s', async (text) => {
    expect(await audit('--known', text)).toMatch(/^An option or argument is not valid\. \(not a valid <head>/);
  });

  it('are one for each option, so that a service behind one is a service', async () => {
    expect(await audit('--known', head('payments'), 'payments')).toMatch(/^No suitable key/);
    const twice = await audit('--known', head('payments'), head('payments'));
    expect(twice.split('\n').at(-1)).toMatch(/^An option or argument is not valid. \(a name is not a service/);
  });

  it('are not asked of a service that the city does not have', async () => {
    expect(await audit('notification')).toMatch(/\(no notification\)$/);
  });
});

describe('what is entered in the wrong place', () => {
  const receipt = 'VTYZ-8RBV-GV91-D3Q2';

  it.each([
    [['legal-hold', 'names', receipt]],
    [['legal-hold', receipt]],
    [[receipt]],
    [['status', receipt]],
    [['status', `--${receipt}`]],
    [['parked', 'list', receipt]],
    [['turn', receipt]],
    [['topics', 'declare', '--copies', receipt]],
    [['release', 'approve', receipt, receipt, '--as', 'maker-one']],
    [['review', 'approve', receipt, '--as', receipt]],
    [['keys', receipt, receipt]],
  ])('is not repeated: %j', async (words) => {
    const file = join(folder, 'city.json');
    writeFileSync(file, JSON.stringify({ services: local, internal: local }));
    await run(words);
    expect(process.exitCode).toBe(1);
    expect(told.join('\n')).not.toContain(receipt);
    expect(told.join('\n')).toMatch(/./);
  });

  it('is a receipt that never comes: the command says so', async () => {
    const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor;
    Object.defineProperty(process, 'stdin', { value: Readable.from([]), configurable: true });
    try {
      await run(['legal-hold', 'names']);
    } finally {
      Object.defineProperty(process, 'stdin', stdin);
    }
    expect(told.at(-1)).toBe('An option or argument is not valid. (not a valid receipt)');
    expect(process.exitCode).toBe(1);
  });
});

describe('a file of a city', () => {
  it('names other files by absolute paths, too', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'city-'));
    try {
      const staff = join(elsewhere, 'staff.json');
      writeFileSync(staff, JSON.stringify([{ service: 'payments', name: 'maker-one', role: 'releaser', seed: '' }]));
      const text = await said({ services: local, internal: local, staff }, 'turn', 'payments');
      expect(text).toContain('there is no key with the role operator at payments');
      told = [];
      const named = ['release', 'make', '--as', 'nobody'];
      expect(await said({ services: local, internal: local, staff }, ...named)).toContain('--as maker-one');
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});

describe('a city in plain text', () => {
  it.each([
    'http://10.0.0.11:3001',
    'http://payments.city.example',
    'http://payments_1:3003',
    'http://localhost.:3003',
    'payments:3003',
    'https://user:pw@payments.city.example',
    '',
    7,
  ])('is refused off this machine: %j', async (payments) => {
    for (const urls of [
      { services: { ...local, payments }, internal: local },
      { services: local, internal: { ...local, payments: ['http://127.0.0.1:1', payments] } },
    ]) {
      told = [];
      expect(await said(urls, 'status')).toMatch(/\(an address of payments is no https URL\)$/);
    }
  });
});

describe('the administrator of a broker', () => {
  const city = { services: local, internal: local };
  const admin = { username: 'admin', password: 'swordfish' };

  it.each(['10.0.0.5:9092', 'kafka:9092', 'kafka_1:9092', 'kafka.city.example.:9092', 'localhost:1,kafka:1', ''])(
    'does not log in to %j in plain text',
    async (brokers) => {
      const refusal = /^An option or argument is not valid\. \(a broker on another machine needs KAFKA_CA/;
      expect(await said({ ...city, broker: { brokers, ...admin } }, 'topics', 'declare')).toMatch(refusal);
    },
  );

  it('does not, with settings either', async () => {
    const settings = { KAFKA_BROKERS: 'kafka:9092', KAFKA_ADMIN_USERNAME: 'a', KAFKA_ADMIN_PASSWORD: 'swordfish' };
    Object.assign(process.env, settings);
    try {
      const text = await said(city, 'topics', 'declare');
      expect(text).toContain('needs KAFKA_CA');
      expect(text).not.toContain('swordfish');
    } finally {
      for (const name of Object.keys(settings)) delete process.env[name];
    }
  });
});
