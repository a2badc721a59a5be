import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { Staff } from './staff.entity.js';

/**
 * Enrols keys of reviewers: `DATABASE_URL=… node enrol.js FILE`, where the file is a JSON list of
 * `{ name, person, publicKey (base64url, 32 bytes) }`. A name that exists is replaced.
 */
interface Enrolment {
  readonly name: string;
  readonly person: string;
  readonly publicKey: string;
}

function isEnrolment(value: unknown): value is Enrolment {
  const { name, person, publicKey } = (value ?? {}) as Record<string, unknown>;
  return (
    [name, person].every((text) => typeof text === 'string' && /^[a-z0-9-]{3,40}$/.test(text)) &&
    typeof publicKey === 'string' &&
    Buffer.from(publicKey, 'base64url').length === 32
  );
}

async function enrol(file: string, url: string): Promise<number> {
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(list) || !list.every(isEnrolment))
    throw new TypeError('the file is not a list of keys of reviewers');
  const source = await new DataSource({ type: 'postgres', url, entities: [Staff] }).initialize();
  try {
    const staff = list.map(({ name, person, publicKey }) => ({
      name,
      person,
      publicKey: Buffer.from(publicKey, 'base64url'),
      struck: false,
    }));
    await source.getRepository(Staff).upsert(staff, ['name']);
    return staff.length;
  } finally {
    await source.destroy();
  }
}

const [file = ''] = process.argv.slice(2);
try {
  const count = await enrol(file, process.env['DATABASE_URL'] ?? '');
  process.stdout.write(`enrolled ${count} ${count === 1 ? 'key' : 'keys'}\n`);
} catch (error) {
  const why = error instanceof TypeError ? error.message : 'the file or the database cannot be read';
  process.stderr.write(`not enrolled: ${why}\n`);
  process.exitCode = 1;
}
