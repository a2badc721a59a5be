import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '#libs/contracts';
import { writeCertificates } from '../../../deploy/docker/certificates.js';
import { createLog } from '../src/log/log.js';
import { CertificateWatch } from '../src/health/certificate-watch.js';
import { Certificate } from '../src/http/certificate.js';

const made = new Date('2026-11-02T10:00:00Z');
/** Certificates live 397 days. */
const END_DAY = '2027-12-04';

let folder: string;
let now: Date;
let lines: string[];
let watch: CertificateWatch;

const files = () => ({ cert: join(folder, 'intake', 'cert.pem'), key: join(folder, 'intake', 'key.pem') });
const at = (daysBeforeEnd: number): void => {
  now = new Date(made.getTime() + (397 - daysBeforeEnd) * DAY_MS - 1_000);
};
const alarms = () =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ alarm, code, count, day }) => ({ alarm, code, count, day }));

async function writtenAt(moment: Date): Promise<void> {
  await writeCertificates({ folder, names: ['intake'], now: moment, all: true });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certificate-watch-'));
  [now, lines] = [made, []];
  await writtenAt(made);
  const log = createLog('intake', { write: (line) => void lines.push(line) });
  watch = new CertificateWatch(await Certificate.read(files()), { now: () => now }, log);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the certificate of a service', () => {
  it('raises an alarm from the 21st day before its end, once a day, and after its end too', async () => {
    at(22);
    await watch.round();
    expect([alarms(), watch.state()]).toEqual([[], 'good']);
    for (const day of [21, 21, 20, 1, 0, -1]) {
      at(day);
      await watch.round();
    }
    const alarm = { alarm: 'certificate-ends', code: 'soon', day: END_DAY };
    expect(alarms()).toEqual([21, 20, 1, 0, -1].map((count) => ({ ...alarm, count })));
    expect(watch.state()).toBe(`ended ${END_DAY}`);
    at(1);
    expect(watch.state()).toBe(`ends ${END_DAY}`);
  });

  it('raises no alarm after it is renewed', async () => {
    at(10);
    await watch.round();
    await writtenAt(now);
    at(9);
    await watch.round();
    expect([alarms().length, watch.state()]).toEqual([1, 'good']);
  });

  it('ends with the first certificate of its chain', async () => {
    const short = join(folder, 'short');
    await writeCertificates({ folder: short, names: ['between'], now: new Date(made.getTime() - 380 * DAY_MS) });
    const chain = [files().cert, join(short, 'between', 'cert.pem')].map((file) => readFileSync(file, 'utf8')).join('');
    writeFileSync(files().cert, chain);
    await watch.round();
    expect(alarms()).toMatchObject([{ code: 'soon', count: 17 }]);
  });

  it('raises an alarm each day while its files cannot be used, but not in the middle of a renewal', async () => {
    await cp(join(folder, 'intake'), join(folder, 'kept'), { recursive: true });
    writeFileSync(files().key, 'no key');
    await expect(watch.round()).rejects.toThrow();
    expect([alarms(), watch.state()]).toEqual([[], 'good']);
    for (const day of [300, 300, 299]) {
      at(day);
      await expect(watch.round()).rejects.toThrow();
    }
    expect(alarms()).toMatchObject([{ alarm: 'certificate-ends', code: 'unreadable' }, { code: 'unreadable' }]);
    expect(watch.state()).toBe('unreadable');
    await cp(join(folder, 'kept'), join(folder, 'intake'), { recursive: true });
    await watch.round();
    expect([alarms().length, watch.state()]).toEqual([2, 'good']);
  });

  it('raises the alarm of its end also while its files cannot be used', async () => {
    at(5);
    rmSync(files().cert);
    await expect(watch.round()).rejects.toThrow();
    expect(alarms()).toMatchObject([{ code: 'soon', count: 5 }]);
  });
});
