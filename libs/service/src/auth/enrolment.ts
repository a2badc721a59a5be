import { readFileSync } from 'node:fs';
import { DataSource, In, type EntityManager, type FindOptionsWhere, type ObjectLiteral } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import type { Environment } from '../config/environment.js';
import { readConfig, Setting } from '../config/setting.js';
import { IsDatabaseUrl } from '../config/validators.js';
import { isPseudonym } from '../log/log.js';
import { Staff, staffRoles, type StaffRole } from './staff.entity.js';

/** A key that somebody or something has. */
export interface KeyRow extends ObjectLiteral {
  name: string;
  publicKey: Buffer;
  /** It counts no more, and no list of keys changes that. */
  revoked: boolean;
}

/** How a list of keys becomes rows. */
export interface Enrolment<E extends KeyRow> {
  readonly entity: new () => E;
  /** What the file is a list of: `devices`. */
  readonly what: string;
  /** One item of the file as a row, or undefined when it is not as it must be. */
  readonly read: (item: Readonly<Record<string, unknown>>) => Omit<E, 'revoked'> | undefined;
}

/** An enrolment with its entity forgotten. */
export type AnyEnrolment = Omit<Enrolment<KeyRow>, 'read'> & {
  readonly read: (item: Readonly<Record<string, unknown>>) => object | undefined;
};

class EnrolmentConfig {
  @Setting('DATABASE_URL')
  @IsDatabaseUrl()
  readonly databaseUrl!: string;
}

export interface EnrolmentWish {
  readonly what: string;
  readonly file: string;
  readonly env: Environment;
}

/**
 * The command that enrols keys: `DATABASE_URL=… node main.js enrol devices FILE`, where the file is a JSON list. Sets
 * the exit code; says nothing of what is in the file.
 */
export async function runEnrolment(known: readonly AnyEnrolment[], wish: EnrolmentWish): Promise<void> {
  try {
    process.stdout.write(`${await enrol(known, wish)}\n`);
  } catch (error) {
    const isOurs = error instanceof TypeError || error instanceof ConfigError;
    process.stderr.write(`not enrolled: ${isOurs ? error.message : 'the file or the database cannot be read'}\n`);
    process.exitCode = 1;
  }
}

/**
 * A name that exists is replaced, unless its key was revoked: then everything of it stays as it is, however often the
 * list is enrolled again.
 *
 * @returns what was done, in a sentence. @throws ConfigError, TypeError `revoked under another name`, `not a list`
 */
export async function enrol(known: readonly AnyEnrolment[], { what, file, env }: EnrolmentWish): Promise<string> {
  const enrolment = known.find((each) => each.what === what);
  if (enrolment === undefined) throw new TypeError(`known are ${known.map((each) => each.what).join(', ')}`);
  const { databaseUrl: url } = readConfig(EnrolmentConfig, env);
  const rows = rowsOf(enrolment, JSON.parse(readFileSync(file, 'utf8')));
  const source = await new DataSource({ type: 'postgres', url, entities: [enrolment.entity] }).initialize();
  try {
    const left = await source.transaction((tx) => write(tx, enrolment.entity, rows));
    const revoked = left === 0 ? '' : `; ${left} revoked before, left as they are`;
    return `enrolled ${rows.length - left} ${what}${revoked}`;
  } finally {
    await source.destroy();
  }
}

function rowsOf({ what, read }: AnyEnrolment, list: unknown): readonly Omit<KeyRow, 'revoked'>[] {
  const rows = Array.isArray(list) ? list.map((item) => read(Object(item) as Record<string, unknown>)) : [undefined];
  if (rows.includes(undefined)) throw new TypeError(`the file is not a list of ${what}`);
  return rows as readonly Omit<KeyRow, 'revoked'>[];
}

/** @returns how many were revoked before */
async function write(
  tx: EntityManager,
  entity: new () => KeyRow,
  rows: readonly Omit<KeyRow, 'revoked'>[],
): Promise<number> {
  const keys = tx.getRepository(entity);
  const where: FindOptionsWhere<KeyRow>[] = [
    { name: In(rows.map(({ name }) => name)) },
    { publicKey: In(rows.map(({ publicKey }) => publicKey)) },
  ];
  // Locked, so that whoever revokes one of them at this moment does so after us.
  const there = await keys.find({ where, lock: { mode: 'pessimistic_write' } });
  const revoked = there.filter((each) => each.revoked);
  const names = new Set(revoked.map(({ name }) => name));
  const fresh = rows.filter(({ name }) => !names.has(name));
  if (fresh.some((row) => revoked.some(({ publicKey }) => publicKey.equals(row.publicKey)))) {
    throw new TypeError('a key was revoked under another name');
  }
  // `revoked` is not among the columns, so that no enrolment can lift it.
  if (fresh.length > 0) await keys.upsert([...fresh], ['name']);
  return rows.length - fresh.length;
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

/** Items are `{ name, person (a pseudonym), role, publicKey (base64url, 32 bytes) }`; for the roles see `Staff`. */
export const staffEnrolment: Enrolment<Staff> = {
  entity: Staff,
  what: 'staff',
  read({ name, person, role, publicKey: text }) {
    const publicKey = publicKeyFrom(text);
    if (!isKeyName(name) || !isPseudonym(person) || !isRole(role) || publicKey === undefined) return undefined;
    return { name, person, role, publicKey };
  },
};

function isRole(value: unknown): value is StaffRole {
  return staffRoles.some((role) => role === value);
}
