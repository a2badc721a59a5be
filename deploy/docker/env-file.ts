import 'reflect-metadata';

import { generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { services } from '#libs/contracts';

import { writeCityFile } from '../local/city-file.js';
import { CONNECTIONS_MAX } from '../local/databases.js';
import { enrolmentLists } from '../local/enrolment.js';
import { layoutAt, repositoryRoot, type Layout } from '../local/layout.js';
import { newPassword } from '../local/secrets.js';
import { profileFile } from '../local/settings.js';
import { certificateFolder, certificateNames } from './certificates-command.js';
import { writeCertificates } from './certificates.js';

/**
 * The port of this machine that leads to each app. Only intake's is open to all; the others are open while the service
 * `operate` runs.
 */
export const doors = { intake: 3001, eligibility: 3002, payments: 3003, notification: 3004, 'rail-simulator': 3005 };
export const internalDoors = { intake: 3009, eligibility: 3010, payments: 3011, notification: 3012 };

/** `npm run env:write [PROFILE]`. Sets the exit code 1 if the file exists or the profile does not. */
export async function main([profile = 'los-angeles']: readonly string[], root = repositoryRoot): Promise<void> {
  const file = join(root, '.env');
  try {
    profileFile(profile);
    // `wx`: a second or concurrent run must not replace the passwords of existing data.
    writeFileSync(file, settings(profile), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    console.error(
      isThere
        ? '.env already exists, and data that its passwords protect may still exist. Remove both, or neither.'
        : (error as Error).message,
    );
    process.exitCode = 1;
    return;
  }
  const layout = layoutAt(join(root, '.local', 'containers'));
  // The folder for the pins of the running system. Devices receive the pins with their pages.
  await mkdir(layout.keyring, { recursive: true });
  const lists = await enrolmentLists(layout, services);
  // Public halves only, because a container reads the file.
  await writeFile(join(layout.root, 'enrolment.json'), `${JSON.stringify(lists, undefined, 1)}\n`);
  await makeCustodianKey(layout);
  const urlsOf = (ports: Readonly<Record<string, number>>): Record<string, string> =>
    Object.fromEntries(Object.entries(ports).map(([app, port]) => [app, `https://127.0.0.1:${port}`]));
  const folder = certificateFolder(root);
  await writeCertificates({ folder, names: certificateNames });
  const ca = relative(layout.root, join(folder, 'ca.pem'));
  writeCityFile(layout, { services: urlsOf(doors), internal: urlsOf(internalDoors), ca });
  console.log(
    `Wrote .env (passwords; only its owner can read it) and ${relative(root, layout.root)} (keys and certificates).`,
  );
}

/**
 * A make-believe custodian, so that legal holds work here. The services get the public half. A city makes the key on
 * the custodian's own machine (`amparo legal-hold key`) and puts its public half in the place of this one.
 */
async function makeCustodianKey({ root, custodian }: Layout): Promise<void> {
  if (existsSync(custodian)) return;
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  await writeFile(join(root, 'custodian.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(custodian, publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o644 });
}

function settings(profile: string): string {
  const names = [
    'POSTGRES_PASSWORD',
    ...services.map((service) => `DB_PASSWORD_${service.toUpperCase()}`),
    'KAFKA_PASSWORD_ADMIN',
    ...services.map((service) => `KAFKA_PASSWORD_${service.toUpperCase()}`),
  ];
  return [
    '# Written by `npm run env:write`. Keep it as long as the volumes of the system, which use these passwords.',
    `PROFILE=${profile}`,
    '# The address of intake on this machine. To open it to the network: 0.0.0.0:3001',
    `DOOR=127.0.0.1:${doors.intake}`,
    '# Connections that the role of each service may have.',
    `DATABASE_CONNECTIONS=${CONNECTIONS_MAX}`,
    ...names.map((name) => `${name}=${newPassword()}`),
    '',
  ].join('\n');
}
