import { createPrivateKey, X509Certificate as NodeCertificate } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

import { StackProblem } from '../local/problem.js';

export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
export const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 1_825;
/** Clocks of machines differ. */
const EARLIER_MS = 3_600_000;

/** A private authority that can sign. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly key: CryptoKey;
  /** What others must trust, PEM: this authority, and an older one while it has not ended. */
  readonly trusted: string;
}

/** Where an authority is: `ca.pem` and `ca.key` in the folder, and a copy of `ca.pem` in the folder of each name. */
export interface AuthorityPlace {
  readonly folder: string;
  readonly names: readonly string[];
}

/**
 * The authority that signs. It is made if there has never been one. Nothing replaces an authority by itself: whatever
 * runs trusts the old one alone.
 *
 * @throws StackProblem `authority-missing`, `authority-unfit`, `authority-ended`
 */
export async function authorityIn(place: AuthorityPlace, now: Date): Promise<Authority> {
  const [certFile, keyFile] = filesIn(place);
  const [cert, key] = [await contentOf(certFile), await contentOf(keyFile)];
  if (cert === undefined && key === undefined && (await knownTo(place)).length === 0) return made(place, [], now);
  if (cert === undefined || key === undefined) {
    throw new StackProblem('authority-missing', cert === undefined ? certFile : keyFile);
  }
  const trusted = certificatesIn(cert);
  const certificate = trusted.find((each) => isKeyOf(each, key));
  if (certificate === undefined) throw new StackProblem('authority-unfit', keyFile);
  if (certificate.notAfter <= now) throw new StackProblem('authority-ended', certFile);
  const signing = await crypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(key), ALGORITHM, false, ['sign']);
  return { certificate, key: signing, trusted: trusted.map(pemOf).join('') };
}

/**
 * Makes a new authority beside the present one. Everybody is told to trust both, and no certificate changes, so that
 * nothing is cut off: the new one may sign when everything has read the new `ca.pem`. The key of the present one is not
 * needed, and is replaced.
 */
export async function addAuthority(place: AuthorityPlace, now: Date): Promise<void> {
  const own = certificatesIn((await contentOf(filesIn(place)[0])) ?? '');
  const old = own.length > 0 ? own : await knownTo(place);
  const { trusted } = await made(
    place,
    old.filter(({ notAfter }) => notAfter > now),
    now,
  );
  for (const name of place.names) {
    const file = join(place.folder, name, 'ca.pem');
    if ((await contentOf(file)) !== undefined) await replace(file, trusted, 0o644);
  }
}

/** The end of the newest authority; undefined without one. */
export async function authorityEnd(place: AuthorityPlace): Promise<Date | undefined> {
  const text = await contentOf(filesIn(place)[0]).catch(() => undefined);
  return text === undefined ? undefined : certificatesIn(text)[0]?.notAfter;
}

/** @param old authorities that stay trusted */
async function made(place: AuthorityPlace, old: readonly X509Certificate[], now: Date): Promise<Authority> {
  const [certFile, keyFile] = filesIn(place);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Private authority',
    keys,
    ...validity(now, AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const trusted = [certificate, ...old].map(pemOf).join('');
  await replace(keyFile, await pemOfKey(keys.privateKey), 0o600);
  await replace(certFile, trusted, 0o644);
  return { certificate, key: keys.privateKey, trusted };
}

/** The authority that an earlier run gave to the names. */
async function knownTo({ folder, names }: AuthorityPlace): Promise<readonly X509Certificate[]> {
  for (const name of names) {
    const text = await contentOf(join(folder, name, 'ca.pem'));
    if (text !== undefined) return certificatesIn(text);
  }
  return [];
}

function filesIn({ folder }: AuthorityPlace): readonly [cert: string, key: string] {
  return [join(folder, 'ca.pem'), join(folder, 'ca.key')];
}

/** @returns undefined if there is no file. @throws StackProblem `authority-missing` if it cannot be read */
async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StackProblem('authority-missing', file);
  }
}

/** All certificates of a PEM file; none for a text that holds something else. */
function certificatesIn(text: string): readonly X509Certificate[] {
  try {
    return PemConverter.decode(text).map((bytes) => new X509Certificate(bytes));
  } catch {
    return [];
  }
}

/** True if the private key, PEM, belongs to the certificate. */
export function isKeyOf(certificate: X509Certificate, key: string): boolean {
  try {
    return new NodeCertificate(Buffer.from(certificate.rawData)).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

export function validity(now: Date, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(now.getTime() - EARLIER_MS), notAfter: new Date(now.getTime() + days * DAY_MS) };
}

export function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

export async function pemOfKey(key: CryptoKey): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** A reader sees the old file or the new one, never a part. */
export async function replace(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  // The containers run as other users, whatever the umask of this one.
  await chmod(`${file}.new`, mode);
  await rename(`${file}.new`, file);
}
