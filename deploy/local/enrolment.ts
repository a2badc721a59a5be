import { execFile } from 'node:child_process';
import { createPublicKey, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { services, type Service } from '#libs/contracts';
import { KEYS_READ_EVERY_MS, type StaffRole } from '#libs/service';

import { nodeFlags } from './closed-process.js';
import { type OwnerAccess, ownerEnvironment, type PerService } from './databases.js';
import type { Layout } from './layout.js';
import { repositoryRoot } from './layout.js';
import { ed25519From } from './signer.js';

/** A device of the synthetic city. Its private key is in the same file, as on a kiosk's own disk. */
export interface LocalDevice {
  readonly name: string;
  readonly lane: 'kiosk' | 'assisted';
  readonly site: string;
  /** Ed25519, 32 bytes, base64url */
  readonly seed: string;
}

/**
 * A key of a member of staff of the synthetic city. Each service has its own staff list, and no key is on two lists.
 */
export interface LocalStaff {
  readonly service: Service;
  readonly name: string;
  readonly person: string;
  readonly role: StaffRole;
  /** Ed25519, 32 bytes, base64url */
  readonly seed: string;
}

/** The staff of each service. A person of two services has a name and a key at each. */
const people: readonly Omit<LocalStaff, 'seed' | 'person'>[] = [
  ...services.map((service) => ({ service, name: `${service}-operator`, role: 'operator' as const })),
  // Two key holders, from different bodies: each legal hold needs both.
  ...services.flatMap((service) =>
    ['custodian', 'attorney'].map((body) => ({ service, name: `${service}-${body}`, role: 'custodian' as const })),
  ),
  ...['maker-one', 'checker-one', 'checker-two'].map((name) => ({
    service: 'payments' as const,
    name,
    role: 'releaser' as const,
  })),
  ...['reviewer-one', 'reviewer-two'].map((name) => ({
    service: 'eligibility' as const,
    name,
    role: 'reviewer' as const,
  })),
];

const SITES = 60;

export function devicesFile(layout: Layout): string {
  return join(layout.root, 'devices.json');
}

export function staffFile(layout: Layout): string {
  return join(layout.root, 'staff.json');
}

/** The public halves of the keys for one service, with the kind of their owners. */
export interface EnrolmentList {
  readonly service: Service;
  /** The kind of the list. */
  readonly what: 'devices' | 'staff';
  readonly list: readonly object[];
}

/** Makes keys for a kiosk at each of sixty sites, a navigator and staff, and enrols the public halves. */
export async function enrolLocally(
  layout: Layout,
  owners: PerService<OwnerAccess>,
  running: readonly Service[],
): Promise<void> {
  const lists = await enrolmentLists(layout, running);
  const done = await Promise.all(lists.map((each) => enrol(layout, { ...each, owner: owners[each.service] })));
  // The services run already, and read the lists again in a moment.
  if (done.some((sentence) => !/, 0 new\b/.test(sentence))) await sleep(KEYS_READ_EVERY_MS + 500);
}

/** Makes the keys, in two files of the layout, and lists their public halves. */
export async function enrolmentLists(layout: Layout, running: readonly Service[]): Promise<readonly EnrolmentList[]> {
  const sites = Array.from({ length: SITES }, (_, at) => String(at + 1).padStart(3, '0'));
  const devices = await withSeeds<LocalDevice>(devicesFile(layout), [
    ...sites.map((number) => ({ name: `kiosk-${number}`, lane: 'kiosk' as const, site: `SITE-${number}` })),
    { name: 'navigator-001', lane: 'assisted', site: 'SITE-001' },
  ]);
  const staff = await withSeeds<LocalStaff>(
    staffFile(layout),
    people.map((each) => ({ ...each, person: each.name })),
  );
  const lists: EnrolmentList[] = running.map((service) => ({
    service,
    what: 'staff' as const,
    list: staff.filter((each) => each.service === service).map(publicHalf),
  }));
  if (running.includes('intake')) {
    lists.push({ service: 'intake', what: 'devices', list: devices.map(publicHalf) });
  }
  return lists;
}

/** Keys are made once and kept. A name that is not in the file yet is added. */
async function withSeeds<T extends { readonly name: string; readonly seed: string }>(
  file: string,
  wanted: readonly Omit<T, 'seed'>[],
): Promise<readonly T[]> {
  const known = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as T[]) : [];
  const seeds = new Map(known.map((each) => [each.name, each.seed]));
  const all = wanted.map((each) => ({ ...each, seed: seeds.get((each as T).name) ?? seed() }) as T);
  await writeFile(file, `${JSON.stringify(all, undefined, 1)}\n`, { mode: 0o600 });
  return all;
}

function seed(): string {
  return randomBytes(32).toString('base64url');
}

function publicHalf<T extends { readonly seed: string }>({
  seed: secret,
  ...rest
}: T): Omit<T, 'seed'> & { publicKey: string } {
  const { x } = createPublicKey(ed25519From(secret)).export({ format: 'jwk' });
  return { ...rest, publicKey: x ?? '' };
}

async function enrol(
  layout: Layout,
  { service, what, owner, list }: EnrolmentList & { readonly owner: OwnerAccess },
): Promise<string> {
  const file = join(layout.root, `enrol-${service}-${what}.json`);
  await writeFile(file, JSON.stringify(list));
  try {
    const program = join(repositoryRoot, 'dist', 'apps', service, 'src', 'main.js');
    const words = [...nodeFlags, program, 'enrol', what, file];
    return (await promisify(execFile)(process.execPath, words, { env: ownerEnvironment(owner) })).stdout;
  } finally {
    await rm(file, { force: true });
  }
}
