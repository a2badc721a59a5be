import 'reflect-metadata';

import { chmod, mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

import { ALGORITHM, authorityIn, DAY_MS, isKeyOf, pemOf, pemOfKey, replace, validity } from './authority.js';
import type { Authority } from './authority.js';

export const CERTIFICATE_DAYS = 397;
/** A certificate that ends sooner is issued again. */
const RENEW_BEFORE_DAYS = 30;

export interface CertificatesOptions {
  /** The folder: `ca.pem`, `ca.key`, and for each name a folder with `cert.pem`, `key.pem` and `ca.pem`. */
  readonly folder: string;
  /** The host names; each gets a certificate that is also valid for `localhost` and 127.0.0.1. */
  readonly names: readonly string[];
  /** More host names and addresses for which every certificate is valid: a city reaches the system under them. */
  readonly also?: readonly string[];
  /** Of the hosts of the present certificates, those for which the new ones are not valid. */
  readonly dropped?: readonly string[];
  readonly now?: Date;
  /** Issues every certificate again. */
  readonly all?: boolean;
}

/**
 * Makes a private authority, once, and a server certificate for each name. A certificate that is good for more than 30
 * days stays; while all do, the authority is not needed. A renewed one is valid for the hosts of the old one, too, and
 * ends with the authority at the latest. The folder is for its owner only; the files below it are readable by the
 * containers that mount them.
 *
 * @returns the names that were issued
 * @throws StackProblem if a certificate is due and the authority cannot sign; nothing is changed then
 */
export async function writeCertificates(options: CertificatesOptions): Promise<readonly string[]> {
  const { folder, names, also = [], dropped = [], now = new Date(), all = false } = options;
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const due: { readonly name: string; readonly present: X509Certificate | undefined }[] = [];
  for (const name of names) {
    const present = await certificateIn(join(folder, name));
    if (all || present === undefined || !isGood(present, now)) due.push({ name, present });
  }
  if (due.length === 0) return [];
  const authority = await authorityIn({ folder, names }, now);
  for (const { name, present } of due) {
    const own = join(folder, name);
    await mkdir(own, { recursive: true });
    await chmod(own, 0o755);
    const { certificate, key } = await issue(
      authority,
      [name, 'localhost', '127.0.0.1', ...hostsOf(present).filter((host) => !dropped.includes(host)), ...also],
      now,
    );
    await replace(join(own, 'key.pem'), key, 0o644);
    await replace(join(own, 'cert.pem'), certificate, 0o644);
    await replace(join(own, 'ca.pem'), authority.trusted, 0o644);
  }
  return due.map(({ name }) => name);
}

/** The certificate of a name; undefined if it cannot be read or does not belong to its key. */
async function certificateIn(folder: string): Promise<X509Certificate | undefined> {
  try {
    const certificate = new X509Certificate(await readFile(join(folder, 'cert.pem'), 'utf8'));
    return isKeyOf(certificate, await readFile(join(folder, 'key.pem'), 'utf8')) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function isGood({ notAfter }: X509Certificate, now: Date): boolean {
  return notAfter.getTime() - now.getTime() > RENEW_BEFORE_DAYS * DAY_MS;
}

function hostsOf(certificate: X509Certificate | undefined): readonly string[] {
  return (certificate?.getExtension(SubjectAlternativeNameExtension)?.names.items ?? []).map(({ value }) => value);
}

async function issue(
  { certificate, key }: Authority,
  hosts: readonly [string, ...string[]],
  now: Date,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const { notBefore, notAfter } = validity(now, CERTIFICATE_DAYS);
  const issued = await X509CertificateGenerator.create({
    subject: `CN=${hosts[0]}`,
    issuer: certificate.subject,
    publicKey: keys.publicKey,
    signingKey: key,
    notBefore,
    // Nobody accepts a certificate after its authority has ended, whatever it says itself.
    notAfter: notAfter < certificate.notAfter ? notAfter : certificate.notAfter,
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
