import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { certificateNames } from './certificates-command.js';
import { writeCertificates } from './certificates.js';

const DAY_MS = 86_400_000;
const now = new Date('2026-11-02T10:00:00Z');
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'certificates-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const read = (...path: string[]): X509Certificate => new X509Certificate(readFileSync(join(folder, ...path)));

describe('certificates', () => {
  it('are signed by the authority, and valid for their own name and for this machine alone', async () => {
    expect(await writeCertificates({ folder, names: ['intake', 'kafka'], now })).toEqual(['intake', 'kafka']);
    const authority = read('ca.pem');
    const certificate = read('intake', 'cert.pem');
    expect([authority.ca, certificate.ca]).toEqual([true, false]);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.subjectAltName).toBe('DNS:intake, DNS:localhost, IP Address:127.0.0.1');
    expect(read('intake', 'ca.pem').raw).toEqual(authority.raw);
    expect(read('kafka', 'cert.pem').publicKey.equals(certificate.publicKey)).toBe(false);
  });

  it('are valid for the names under which a city reaches the system, if it gives them', async () => {
    await writeCertificates({ folder, names: ['intake'], also: ['apply.city.example', '10.0.0.5'], now });
    expect(read('intake', 'cert.pem').checkHost('apply.city.example')).toBe('apply.city.example');
    expect(read('intake', 'cert.pem').checkIP('10.0.0.5')).toBe('10.0.0.5');
    // A renewal keeps them.
    await writeCertificates({ folder, names: ['intake'], now, all: true });
    expect(read('intake', 'cert.pem').checkHost('apply.city.example')).toBe('apply.city.example');
    expect(read('intake', 'cert.pem').checkIP('10.0.0.5')).toBe('10.0.0.5');
  });

  it('are no longer valid for a name that is dropped', async () => {
    await writeCertificates({ folder, names: ['intake'], also: ['apply.city.exmaple', '10.0.0.5'], now });
    await writeCertificates({ folder, names: ['intake'], dropped: ['apply.city.exmaple'], now, all: true });
    expect(read('intake', 'cert.pem').subjectAltName).toBe(
      'DNS:intake, DNS:localhost, IP Address:127.0.0.1, IP Address:10.0.0.5',
    );
  });

  it('stay while they are good for thirty days, under one authority that stays, too', async () => {
    await writeCertificates({ folder, names: ['intake'], now });
    const [authority, certificate] = [read('ca.pem'), read('intake', 'cert.pem')];
    const later = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
    expect(await writeCertificates({ folder, names: ['intake', 'kafka'], now: later(360) })).toEqual(['kafka']);
    expect(read('intake', 'cert.pem').raw).toEqual(certificate.raw);
    expect(await writeCertificates({ folder, names: ['intake'], now: later(368) })).toEqual(['intake']);
    expect(read('intake', 'cert.pem').serialNumber).not.toBe(certificate.serialNumber);
    expect(await writeCertificates({ folder, names: ['intake'], now: later(368), all: true })).toEqual(['intake']);
    expect(read('ca.pem').raw).toEqual(authority.raw);
  });

  it('let the containers read what they need, and keep the key of the authority for the owner', async () => {
    await writeCertificates({ folder, names: ['intake'], now });
    const modeOf = (...path: string[]): number => statSync(join(folder, ...path)).mode & 0o777;
    expect([modeOf(), modeOf('ca.key')]).toEqual([0o700, 0o600]);
    expect([modeOf('intake'), modeOf('intake', 'key.pem'), modeOf('ca.pem')]).toEqual([0o755, 0o644, 0o644]);
  });

  it('are issued again if they cannot be read, or do not belong to their keys', async () => {
    await writeCertificates({ folder, names: ['intake', 'kafka', 'payments'], now });
    writeFileSync(join(folder, 'intake', 'cert.pem'), 'no certificate');
    rmSync(join(folder, 'kafka', 'key.pem'));
    expect(await writeCertificates({ folder, names: ['intake', 'kafka', 'payments'], now })).toEqual([
      'intake',
      'kafka',
    ]);
  });

  it('say to a stranger nothing of what the system is for', async () => {
    await writeCertificates({ folder, names: certificateNames, now });
    for (const name of certificateNames) {
      const { subject, issuer, subjectAltName } = read(name, 'cert.pem');
      expect(`${subject} ${issuer} ${subjectAltName}`).not.toMatch(
        /immigra|raid|\bice\b|relief|amparo|emergency|cash/i,
      );
    }
  });
});
