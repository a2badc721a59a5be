import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Device } from './device.entity.js';
import { DataSource } from 'typeorm';

/**
 * Enrols devices: `DATABASE_URL=… node enrol.js FILE`, where the file is a JSON list of
 * `{ name, publicKey (base64url, 32 bytes), lane: "kiosk" | "assisted", site }`. A name that exists is replaced.
 */
interface Enrolment {
  readonly name: string;
  readonly publicKey: string;
  readonly lane: 'kiosk' | 'assisted';
  readonly site: string;
}

function isEnrolment(value: unknown): value is Enrolment {
  const { name, publicKey, lane, site } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    /^[a-z0-9-]{3,40}$/.test(name) &&
    typeof publicKey === 'string' &&
    Buffer.from(publicKey, 'base64url').length === 32 &&
    (lane === 'kiosk' || lane === 'assisted') &&
    typeof site === 'string' &&
    /^[A-Z][A-Z0-9-]{0,15}$/.test(site)
  );
}

async function enrol(file: string, url: string): Promise<number> {
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(list) || !list.every(isEnrolment)) throw new TypeError('the file is not a list of devices');
  const source = await new DataSource({ type: 'postgres', url, entities: [Device] }).initialize();
  try {
    const devices = list.map(({ name, publicKey, lane, site }) => ({
      name,
      publicKey: Buffer.from(publicKey, 'base64url'),
      lane,
      site,
      struck: false,
    }));
    await source.getRepository(Device).upsert(devices, ['name']);
    return devices.length;
  } finally {
    await source.destroy();
  }
}

const [file = ''] = process.argv.slice(2);
try {
  const count = await enrol(file, process.env['DATABASE_URL'] ?? '');
  process.stdout.write(`enrolled ${count} ${count === 1 ? 'device' : 'devices'}\n`);
} catch (error) {
  process.stderr.write(
    `not enrolled: ${error instanceof TypeError ? error.message : 'the file or the database cannot be read'}\n`,
  );
  process.exitCode = 1;
}
