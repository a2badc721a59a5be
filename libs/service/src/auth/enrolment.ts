import { readFileSync } from 'node:fs';
import { Matches } from 'class-validator';
import { DataSource, type DeepPartial, type ObjectLiteral } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import type { Environment } from '../config/environment.js';
import { readConfig, Setting } from '../config/setting.js';
import { Staff, staffRoles, type StaffRole } from './staff.entity.js';

/** How a list of keys becomes rows. */
export interface Enrolment<E extends ObjectLiteral> {
  readonly entity: new () => E;
  /** What the file is a list of: `devices`. */
  readonly what: string;
  /** One item of the file as a row, or undefined when it is not as it must be. */
  readonly read: (item: Readonly<Record<string, unknown>>) => DeepPartial<E> | undefined;
}

/** An enrolment with its entity forgotten. */
export type AnyEnrolment = Enrolment<ObjectLiteral>;

class EnrolmentConfig {
  @Setting('DATABASE_URL')
  @Matches(/^postgres(ql)?:\/\//)
  readonly databaseUrl!: string;
}

/**
 * The command that enrols keys: `DATABASE_URL=… node main.js enrol devices FILE`, where the file is a JSON list. A name
 * that exists is replaced. Sets the exit code; says nothing of what is in the file.
 */
export async function runEnrolment(
  known: readonly AnyEnrolment[],
  { what, file, env }: { readonly what: string; readonly file: string; readonly env: Environment },
): Promise<void> {
  try {
    const enrolment = known.find((each) => each.what === what);
    if (enrolment === undefined) throw new TypeError(`known are ${known.map((each) => each.what).join(', ')}`);
    const count = await enrol(enrolment, file, readConfig(EnrolmentConfig, env).databaseUrl);
    process.stdout.write(`enrolled ${count} ${what}\n`);
  } catch (error) {
    const isOurs = error instanceof TypeError || error instanceof ConfigError;
    process.stderr.write(`not enrolled: ${isOurs ? error.message : 'the file or the database cannot be read'}\n`);
    process.exitCode = 1;
  }
}

async function enrol<E extends ObjectLiteral>(enrolment: Enrolment<E>, file: string, url: string): Promise<number> {
  const { entity, what, read } = enrolment;
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const rows = Array.isArray(list) ? list.map((item) => read(Object(item) as Record<string, unknown>)) : [undefined];
  if (rows.includes(undefined)) throw new TypeError(`the file is not a list of ${what}`);
  const source = await new DataSource({ type: 'postgres', url, entities: [entity] }).initialize();
  try {
    await source.getRepository(entity).upsert(rows as never, ['name']);
    return rows.length;
  } finally {
    await source.destroy();
  }
}

/** A name of a key: lower case, digits, hyphens. */
export function isKeyName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9-]{3,40}$/.test(value);
}

/** The 32 bytes of an Ed25519 public key from base64url, or undefined. */
export function publicKeyFrom(value: unknown): Buffer | undefined {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64url') : undefined;
  return bytes?.length === 32 ? bytes : undefined;
}

/** Items are `{ name, person, role, publicKey (base64url, 32 bytes) }`; for the roles see `Staff`. */
export const staffEnrolment: Enrolment<Staff> = {
  entity: Staff,
  what: 'staff',
  read({ name, person, role, publicKey: text }) {
    const publicKey = publicKeyFrom(text);
    if (!isKeyName(name) || !isKeyName(person) || !isRole(role) || publicKey === undefined) return undefined;
    return { name, person, role, publicKey, struck: false };
  },
};

function isRole(value: unknown): value is StaffRole {
  return staffRoles.some((role) => role === value);
}
