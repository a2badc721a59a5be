import { execFile } from 'node:child_process';
import { createPublicKey, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Place } from './place.js';
import { repositoryRoot } from './place.js';
import { ed25519From } from './signer.js';

/** A device of this machine's make-believe city. Its key lies beside it, as on a kiosk's own disk. */
export interface LocalDevice {
  readonly name: string;
  readonly lane: 'kiosk' | 'assisted';
  readonly site: string;
  /** Ed25519, 32 bytes, base64url */
  readonly seed: string;
}

/** Somebody of the make-believe city: finance, who makes and checks releases, or a reviewer of cases. */
export interface LocalStaff {
  readonly service: 'payments' | 'eligibility';
  readonly name: string;
  readonly person: string;
  readonly seed: string;
}

const SITES = 60;

export function devicesFile(place: Place): string {
  return join(place.root, 'devices.json');
}

export function staffFile(place: Place): string {
  return join(place.root, 'staff.json');
}

/** Makes keys for a kiosk at each of sixty sites, a navigator and five people of staff, and enrols the public halves. */
export async function enrolLocally(
  place: Place,
  databases: Readonly<Record<'intake' | 'eligibility' | 'payments', string>>,
): Promise<void> {
  const sites = Array.from({ length: SITES }, (_, at) => String(at + 1).padStart(3, '0'));
  const devices = await kept(devicesFile(place), () => [
    ...sites.map((number): LocalDevice => ({
      name: `kiosk-${number}`,
      lane: 'kiosk',
      site: `SITE-${number}`,
      seed: seed(),
    })),
    { name: 'navigator-001', lane: 'assisted', site: 'SITE-001', seed: seed() } satisfies LocalDevice,
  ]);
  const staff = await kept(staffFile(place), () => [
    ...['maker-one', 'checker-one', 'checker-two'].map((name) => person('payments', name)),
    ...['reviewer-one', 'reviewer-two'].map((name) => person('eligibility', name)),
  ]);
  await Promise.all([
    enrol(place, { app: 'intake', url: databases.intake, list: devices.map(publicHalf) }),
    ...(['payments', 'eligibility'] as const).map((app) => {
      const own = staff.filter(({ service }) => service === app);
      return enrol(place, { app, url: databases[app], list: own.map(publicHalf) });
    }),
  ]);
}

async function kept<T>(file: string, make: () => readonly T[]): Promise<readonly T[]> {
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as T[];
  const made = make();
  await writeFile(file, `${JSON.stringify(made, undefined, 1)}\n`, { mode: 0o600 });
  return made;
}

function person(service: LocalStaff['service'], name: string): LocalStaff {
  return { service, name, person: name, seed: seed() };
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
  place: Place,
  {
    app,
    url,
    list,
  }: { readonly app: 'intake' | 'eligibility' | 'payments'; readonly url: string; readonly list: readonly object[] },
): Promise<void> {
  const file = join(place.root, `enrol-${app}.json`);
  await writeFile(file, JSON.stringify(list));
  try {
    const command = join(repositoryRoot, 'dist', 'apps', app, 'src', 'enrol.js');
    await promisify(execFile)(process.execPath, [command, file], { env: { DATABASE_URL: url } });
  } finally {
    await rm(file, { force: true });
  }
}
