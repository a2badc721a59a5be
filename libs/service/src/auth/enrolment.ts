import { readFileSync } from 'node:fs';
import { DataSource, In, type EntityManager, type FindOptionsWhere, type ObjectLiteral } from 'typeorm';
import { dayOf, isEd25519Key } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { appendAudit } from '../audit/audit.repository.js';
import { ConfigError } from '../config/config-error.js';
import type { Environment } from '../config/environment.js';
import { OwnerConfig } from '../config/owner.config.js';
import { readConfig } from '../config/setting.js';
import { sessionOptions } from '../database/data-source.js';
import { COMMAND_LINE, isPseudonym } from '../log/log.js';
import { Staff, staffRoles, type StaffRole } from './staff.entity.js';

/** A key of a person or a device. */
export interface KeyRow extends ObjectLiteral {
  name: string;
  publicKey: Buffer;
  /** A revoked key is not accepted any more. No list of keys can change that. */
  revoked: boolean;
}

/** How a list of keys becomes rows. */
export interface Enrolment<E extends KeyRow> {
  readonly entity: new () => E;
  /** The name of the list on the command line: `devices`. */
  readonly what: string;
  /** Turns one item of the file into a row; undefined if the item is not valid. */
  readonly read: (item: Readonly<Record<string, unknown>>) => Omit<E, 'revoked'> | undefined;
}

/** An enrolment without the type of its entity. */
export type AnyEnrolment = Omit<Enrolment<KeyRow>, 'read'> & {
  readonly read: (item: Readonly<Record<string, unknown>>) => object | undefined;
};

export interface EnrolmentWish {
  readonly what: string;
  readonly file: string;
  readonly env: Environment;
}

/**
 * The command that enrols keys: `DATABASE_OWNER_URL=… node main.js enrol devices FILE`. The file is a JSON list.
 * Sets the exit code, and prints no content of the file.
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
 * Adds new names, and changes the role or the place of names that exist. A name keeps its key and its person for ever,
 * and a key has one name, so that a pseudonym in the records of a service always means the same person. The row of a
 * revoked key stays unchanged, even if the list is enrolled again.
 *
 * @returns a sentence for the person at the command line.
 * @throws ConfigError, TypeError for an unknown list, a bad file, or a name or key that is enrolled otherwise
 */
export async function enrol(known: readonly AnyEnrolment[], { what, file, env }: EnrolmentWish): Promise<string> {
  const enrolment = known.find((each) => each.what === what);
  if (enrolment === undefined) throw new TypeError(`known lists are ${known.map((each) => each.what).join(', ')}`);
  const { ownerUrl: url, ownerRole } = readConfig(OwnerConfig, env);
  const rows = rowsOf(enrolment, JSON.parse(readFileSync(file, 'utf8')));
  const source = await new DataSource({
    type: 'postgres',
    url,
    entities: [enrolment.entity],
    extra: { connectionString: url, ...sessionOptions(ownerRole) },
  }).initialize();
  try {
    const { left, made } = await source.transaction((tx) => write(tx, enrolment, rows));
    const revoked = left === 0 ? '' : `; ${left} unchanged, because the key is revoked`;
    return `enrolled ${rows.length - left} ${what}, ${made} new${revoked}`;
  } finally {
    await source.destroy();
  }
}

type NewKey = Omit<KeyRow, 'revoked'>;

function rowsOf({ what, read }: AnyEnrolment, list: unknown): readonly NewKey[] {
  const rows = Array.isArray(list) ? list.map((item) => read(Object(item) as Record<string, unknown>)) : [undefined];
  if (rows.includes(undefined)) throw new TypeError(`the file is not a list of ${what}`);
  return rows as readonly NewKey[];
}

interface Written {
  /** Names that were skipped, because their key is revoked. */
  readonly left: number;
  /** Names that are new. */
  readonly made: number;
}

async function write(
  tx: EntityManager,
  { entity, what }: Pick<AnyEnrolment, 'entity' | 'what'>,
  rows: readonly NewKey[],
): Promise<Written> {
  const keys = tx.getRepository(entity);
  const where: FindOptionsWhere<KeyRow>[] = [
    { name: In(rows.map(({ name }) => name)) },
    { publicKey: In(rows.map(({ publicKey }) => publicKey)) },
  ];
  // The lock makes a concurrent revocation wait, so that it comes after this enrolment.
  const there = await keys.find({ where, lock: { mode: 'pessimistic_write' } });
  const revoked = new Set(there.filter((each) => each.revoked).map(({ name }) => name));
  const fresh = rows.filter(({ name }) => !revoked.has(name));
  refuseContradictions([...there, ...fresh]);
  // `revoked` is not among the columns, so that no enrolment can lift a revocation.
  if (fresh.length > 0) await keys.upsert([...fresh], ['name']);
  const known = new Map(there.map((each) => [each.name, each]));
  for (const row of fresh) {
    if (isChange(row, known.get(row.name))) await recordEnrolment(tx, what, row.name);
  }
  return { left: rows.length - fresh.length, made: fresh.filter(({ name }) => !known.has(name)).length };
}

function isChange(row: NewKey, known: KeyRow | undefined): boolean {
  return Object.entries(row).some(([field, value]) => field !== 'publicKey' && known?.[field] !== value);
}

/** One row of the audit. Whoever has the rights of the database has no pseudonym. */
async function recordEnrolment(manager: EntityManager, what: string, name: string): Promise<void> {
  const tx: Tx = {
    query: async (text, values) => ({ rows: await manager.query<object[]>(text, values), rowCount: null }),
  };
  const act = { day: dayOf(new Date()), operation: `enrol-${what}`, person: COMMAND_LINE };
  await appendAudit(tx, { ...act, about: `key ${name}` });
}

/** @throws TypeError if two rows disagree about the same name or the same key */
function refuseContradictions(rows: readonly NewKey[]): void {
  const [byName, byKey] = [new Map<string, NewKey>(), new Map<string, NewKey>()];
  for (const row of rows) {
    const key = row.publicKey.toString('hex');
    const [named, keyed] = [byName.get(row.name) ?? row, byKey.get(key) ?? row];
    if (keyed.name !== row.name) throw new TypeError('a key in the file is enrolled under another name');
    if (!named.publicKey.equals(row.publicKey)) {
      throw new TypeError('a name in the file is enrolled with another key: a new key needs a new name');
    }
    const isSame = named['person'] === row['person'];
    if (!isSame) throw new TypeError('a name in the file is enrolled for another person');
    byName.set(row.name, row);
    byKey.set(key, row);
  }
}

/** True for a valid key name: 3 to 40 lower-case letters, digits and hyphens. */
export function isKeyName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9-]{3,40}$/.test(value);
}

/** An Ed25519 public key, from base64url; undefined if the bytes are none, or one under which anybody can sign. */
export function publicKeyFrom(value: unknown): Buffer | undefined {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64url') : Buffer.alloc(0);
  return isEd25519Key(bytes) ? bytes : undefined;
}

/** Each item is `{ name, person (a pseudonym), role, publicKey (base64url, 32 bytes) }`. `Staff` lists the roles. */
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
