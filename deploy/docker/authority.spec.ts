import { X509Certificate } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { addAuthority, authorityEnd } from './authority.js';
import { certificateFolder, certificateNames, main } from './certificates-command.js';
import { writeCertificates } from './certificates.js';

const DAY_MS = 86_400_000;
const now = new Date('2026-11-02T10:00:00Z');
const later = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
const names = ['intake', 'kafka'];

let written: string;
let folder: string;
beforeAll(async () => {
  written = mkdtempSync(join(tmpdir(), 'authority-'));
  await writeCertificates({ folder: written, names, now });
});
afterAll(() => rmSync(written, { recursive: true }));
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'authority-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The folder holds certificates that were written at the first moment. */
function filled(): void {
  cpSync(written, folder, { recursive: true });
}

const path = (...more: readonly string[]): string => join(folder, ...more);
const read = (...more: readonly string[]): X509Certificate => new X509Certificate(readFileSync(path(...more)));

/** Every file of the folder with its content. */
function everything(): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]),
  );
}

/** Takes a file away in one of several ways. */
const losses: Readonly<Record<string, (file: string) => void>> = {
  'is missing': (file) => rmSync(file),
  'is a folder': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
  'is empty': (file) => writeFileSync(file, ''),
  'is something else': (file) => writeFileSync(file, 'something else'),
};
const cases = ['ca.pem', 'ca.key'].flatMap((file) => Object.keys(losses).map((how) => [file, how] as const));

describe('an authority of which a file was moved away', () => {
  it.each(cases)('stays, and so do its certificates, while none is due: %s %s', async (file, how) => {
    filled();
    losses[how]?.(path(file));
    const before = everything();
    expect(await writeCertificates({ folder, names, now: later(360) })).toEqual([]);
    expect(everything()).toEqual(before);
  });

  it.each(cases)('is asked for, and nothing is replaced, when a certificate is due: %s %s', async (file, how) => {
    filled();
    losses[how]?.(path(file));
    const before = everything();
    await expect(writeCertificates({ folder, names, now: later(368) })).rejects.toThrow(/ring back/);
    await expect(writeCertificates({ folder, names: [...names, 'payments'], now })).rejects.toThrow(/ring back/);
    await expect(writeCertificates({ folder, names, now, all: true })).rejects.toThrow(/ring back/);
    expect(everything()).toEqual(before);
  });

  it('is not made again either when both files were moved away', async () => {
    filled();
    for (const file of ['ca.pem', 'ca.key']) rmSync(path(file));
    const before = everything();
    await expect(writeCertificates({ folder, names, now, all: true })).rejects.toMatchObject({
      code: 'authority-missing',
    });
    expect(everything()).toEqual(before);
  });

  it('signs with no key of another authority', async () => {
    filled();
    const other = path('other');
    await writeCertificates({ folder: other, names, now });
    writeFileSync(path('ca.key'), readFileSync(join(other, 'ca.key')));
    const problem = { code: 'authority-unfit' };
    await expect(writeCertificates({ folder, names, now, all: true })).rejects.toMatchObject(problem);
  });
});

describe('the end of an authority', () => {
  it('is the end of every certificate, at the latest', async () => {
    await writeCertificates({ folder, names, now });
    const end = read('ca.pem').validToDate;
    expect(await authorityEnd({ folder, names })).toEqual(end);
    await writeCertificates({ folder, names, now: later(1_700) });
    expect(read('intake', 'cert.pem').validToDate).toEqual(end);
    const problem = { code: 'authority-ended' };
    await expect(writeCertificates({ folder, names, now: later(1_826) })).rejects.toMatchObject(problem);
  });
});

describe('a new authority', () => {
  /** The name that a server proves with its files, to a client that trusts the `ca.pem` of another name. */
  async function proved(server: string, trusted: Buffer): Promise<boolean> {
    const listener = createServer({
      cert: readFileSync(path(server, 'cert.pem')),
      key: readFileSync(path(server, 'key.pem')),
    });
    listener.on('tlsClientError', () => undefined);
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const { port } = listener.address() as AddressInfo;
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername: server, ca: trusted });
    const isProved = await once(socket, 'secureConnect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    listener.close();
    return isProved;
  }

  it('cuts nobody off, whoever reads its files first', async () => {
    const today = new Date();
    await writeCertificates({ folder, names, now: today });
    const trusts = [readFileSync(path('kafka', 'ca.pem'))];
    await addAuthority({ folder, names }, today);
    trusts.push(readFileSync(path('kafka', 'ca.pem')));
    // Certificates of the old authority, before and after the client was started again.
    expect([await proved('intake', trusts[0] as Buffer), await proved('intake', trusts[1] as Buffer)]).toEqual([
      true,
      true,
    ]);
    expect(await writeCertificates({ folder, names, now: today })).toEqual([]);
    await writeCertificates({ folder, names, now: today, all: true });
    // Certificates of the new one: only who was not started again does not know it.
    expect([await proved('intake', trusts[0] as Buffer), await proved('intake', trusts[1] as Buffer)]).toEqual([
      false,
      true,
    ]);
    expect(await proved('intake', readFileSync(path('ca.pem')))).toBe(true);
  });

  it('needs no key of the old one, and no longer trusts one that has ended', async () => {
    await writeCertificates({ folder, names, now });
    const old = read('ca.pem').raw;
    for (const file of ['ca.pem', 'ca.key']) rmSync(path(file));
    await addAuthority({ folder, names }, now);
    const trusted = readFileSync(path('intake', 'ca.pem'), 'utf8');
    expect(trusted.split('BEGIN CERTIFICATE')).toHaveLength(3);
    expect(trusted.replaceAll(/\s/g, '')).toContain(old.toString('base64'));
    await addAuthority({ folder, names }, later(1_826));
    expect(readFileSync(path('ca.pem'), 'utf8').split('BEGIN CERTIFICATE')).toHaveLength(2);
  });
});

describe('the command for certificates', () => {
  let lines: string[];
  beforeEach(() => {
    lines = [];
    // Another test of this worker may have left one.
    process.exitCode = undefined;
    for (const level of ['log', 'error'] as const) {
      jest.spyOn(console, level).mockImplementation((text: unknown) => void lines.push(String(text)));
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });

  const run = async (moment: Date, ...args: readonly string[]): Promise<string> => {
    lines = [];
    await main(args, folder, moment);
    return lines.join('\n');
  };

  it.each([
    'not a name!',
    'apply.city.example,10.0.0.300',
    'http://apply.city.example',
    'a,,b',
    '',
    'a_b',
    `${'x'.repeat(64)}.example`,
  ])('issues nothing for %j, which is no host', async (hosts) => {
    expect(await run(now)).toMatch(/^Issued in [^\n]*$/);
    expect(await run(now, '--also', hosts)).toBe('An option is not valid. (--also: not a host name or address)');
    expect(process.exitCode).toBe(1);
  });

  it('issues for hosts, and no longer for a host that is dropped', async () => {
    const namedIn = (): string | undefined =>
      new X509Certificate(readFileSync(join(certificateFolder(folder), 'intake', 'cert.pem'))).subjectAltName;
    await run(now, '--also', 'apply.city.example, *.city.example,fd00::5');
    expect(namedIn()).toContain('DNS:apply.city.example, DNS:*.city.example, IP Address:FD00:0:0:0:0:0:0:5');
    await run(now, '--drop', '*.city.example,fd00::5');
    expect(namedIn()).toBe('DNS:intake, DNS:localhost, IP Address:127.0.0.1, DNS:apply.city.example');
  });

  it('says what to bring back, and when the authority ends', async () => {
    expect(await run(now)).toMatch(/^Issued in [^\n]*$/);
    expect(await run(later(1_300))).toMatch(/^Issued in [^\n]*$/);
    const lastYear = /\nThe authority ends on 2031-11-01, and every certificate with it: see "A new authority"/;
    expect(await run(later(1_500))).toMatch(lastYear);
    rmSync(join(certificateFolder(folder), 'ca.key'));
    expect(process.exitCode).toBeUndefined();
    expect(await run(later(1_500), '--all')).toMatch(/Bring back the file that was moved away.*ca\.key\)$/);
    expect(process.exitCode).toBe(1);
  });

  it('makes a new authority only alone', async () => {
    await run(now);
    const files = certificateNames.map((name) => join(certificateFolder(folder), name, 'cert.pem'));
    const before = files.map((file) => readFileSync(file, 'utf8'));
    expect(await run(now, '--new-authority', '--all')).toContain('cannot be used with');
    expect(process.exitCode).toBe(1);
    expect(await run(now, '--new-authority')).toMatch(/^Made a new authority in .* Restart every container, then/);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  });
});
