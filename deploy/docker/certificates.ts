import 'reflect-metadata';

import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const AUTHORITY_DAYS = 1_825;
const CERTIFICATE_DAYS = 397;
/** A certificate that ends sooner is issued again. */
const RENEW_BEFORE_DAYS = 30;
const DAY_MS = 86_400_000;
/** Clocks of machines differ. */
const EARLIER_MS = 3_600_000;

interface Authority {
  readonly certificate: X509Certificate;
  readonly key: CryptoKey;
}

export interface CertificatesOptions {
  /** The folder: `ca.pem`, `ca.key`, and for each name a folder with `cert.pem`, `key.pem` and `ca.pem`. */
  readonly folder: string;
  /** The host names; each gets a certificate that is also valid for `localhost` and 127.0.0.1. */
  readonly names: readonly string[];
  /** More host names and addresses for which every certificate is valid: a city reaches the system under them. */
  readonly also?: readonly string[];
  readonly now?: Date;
  /** Issues every certificate again. */
  readonly all?: boolean;
}

/**
 * Makes a private authority, once, and a server certificate for each name. A certificate that is good for more than 30
 * days stays. A renewed one is valid for the hosts of the old one, too. The folder is for its owner only; the files
 * below it are readable by the containers that mount them.
 *
 * @returns the names that were issued
 */
export async function writeCertificates(options: CertificatesOptions): Promise<readonly string[]> {
  const { folder, names, also = [], now = new Date(), all = false } = options;
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const authority = await authorityIn(folder, now);
  const issued: string[] = [];
  for (const name of names) {
    const own = join(folder, name);
    const present = await certificateIn(own);
    if (!all && present !== undefined && isGood(present, now)) continue;
    await mkdir(own, { recursive: true });
    await chmod(own, 0o755);
    const { certificate, key } = await issue(
      authority,
      [name, 'localhost', '127.0.0.1', ...hostsOf(present), ...also],
      now,
    );
    await replace(join(own, 'key.pem'), key, 0o644);
    await replace(join(own, 'cert.pem'), certificate, 0o644);
    await replace(join(own, 'ca.pem'), pemOf(authority.certificate), 0o644);
    issued.push(name);
  }
  return issued;
}

async function certificateIn(folder: string): Promise<X509Certificate | undefined> {
  const text = await readFile(join(folder, 'cert.pem'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : new X509Certificate(text);
}

function isGood({ notAfter }: X509Certificate, now: Date): boolean {
  return notAfter.getTime() - now.getTime() > RENEW_BEFORE_DAYS * DAY_MS;
}

function hostsOf(certificate: X509Certificate | undefined): readonly string[] {
  return (certificate?.getExtension(SubjectAlternativeNameExtension)?.names.items ?? []).map(({ value }) => value);
}

async function authorityIn(folder: string, now: Date): Promise<Authority> {
  const [certFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
  const [cert, key] = await Promise.all(
    [certFile, keyFile].map((file) => readFile(file, 'utf8').catch(() => undefined)),
  );
  if (cert !== undefined && key !== undefined) {
    return { certificate: new X509Certificate(cert), key: await privateKeyIn(key) };
  }
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
  await replace(keyFile, await pemOfKey(keys.privateKey), 0o600);
  await replace(certFile, pemOf(certificate), 0o644);
  return { certificate, key: keys.privateKey };
}

async function issue(
  { certificate, key }: Authority,
  hosts: readonly [string, ...string[]],
  now: Date,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const issued = await X509CertificateGenerator.create({
    subject: `CN=${hosts[0]}`,
    issuer: certificate.subject,
    publicKey: keys.publicKey,
    signingKey: key,
    ...validity(now, CERTIFICATE_DAYS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(certificate),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        [...new Set(hosts)].map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
    ],
  });
  return { certificate: pemOf(issued), key: await pemOfKey(keys.privateKey) };
}

function validity(now: Date, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(now.getTime() - EARLIER_MS), notAfter: new Date(now.getTime() + days * DAY_MS) };
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function pemOfKey(key: CryptoKey): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

function privateKeyIn(pem: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}

/** A reader sees the old file or the new one, never a part. */
async function replace(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  // The containers run as other users, whatever the umask of this one.
  await chmod(`${file}.new`, mode);
  await rename(`${file}.new`, file);
}
