import pg from 'pg';

/** A value of at least this many bytes could show that two rows are about the same household. */
const BYTES_MIN = 12;
const PIECE_BYTES = 8;

export interface Shared {
  readonly where: readonly [string, string];
  readonly value: string;
}

export interface DatabaseValues {
  /** Each value, as bytes in hexadecimal, with a column that holds it. */
  readonly values: ReadonlyMap<string, string>;
  /** Every piece of eight bytes of columns that hold random or sealed bytes, sorted. */
  readonly pieces: BigUint64Array;
  readonly columns: readonly string[];
  /** Each text shorter than that, such as the code of a site, with every column that holds it. */
  readonly codes: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Reads every column of every table of a database that can hold a value at all.
 * @param constants texts to leave out: they are the same everywhere because they are about nobody
 */
export async function valuesOf(url: string, constants: readonly RegExp[]): Promise<DatabaseValues> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const columns = await client.query<{ table: string; column: string; type: string }>(
      `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND a.attnum > 0 AND NOT a.attisdropped
          AND format_type(a.atttypid, a.atttypmod) IN
              ('bytea', 'text', 'text[]', 'uuid', 'json', 'jsonb', 'character varying')
        ORDER BY 1, 2`,
    );
    const values = new Map<string, string>();
    const codes = new Map<string, Set<string>>();
    const blobs: Buffer[] = [];
    for (const { table, column } of columns.rows) {
      const { rows } = await client.query<{ value: unknown }>(
        `SELECT DISTINCT "${column}" AS value FROM "${table}" WHERE "${column}" IS NOT NULL`,
      );
      for (const bytes of rows.flatMap(({ value }) => bytesOf(value, constants))) {
        if (bytes.length >= BYTES_MIN) values.set(bytes.toString('hex'), `${table}.${column}`);
      }
      for (const code of rows.flatMap(({ value }) => textsOf(value))) {
        if (code.length > 0 && code.length < BYTES_MIN)
          codes.set(code, (codes.get(code) ?? new Set()).add(`${table}.${column}`));
      }
      const raw = rows.map(({ value }) => value).filter((value) => Buffer.isBuffer(value));
      blobs.push(...(table === 'outbox' ? raw.map(withoutHeader) : raw));
    }
    return {
      values,
      pieces: piecesOf(blobs),
      columns: columns.rows.map(({ table, column }) => `${table}.${column}`),
      codes,
    };
  } finally {
    await client.end();
  }
}

/** Returns the values that both databases hold. */
export function sharedValues(one: DatabaseValues, other: DatabaseValues): readonly Shared[] {
  return [...one.values].flatMap(([hex, where]) => {
    const elsewhere = other.values.get(hex);
    if (elsewhere === undefined) return [];
    return [{ where: [where, elsewhere] as const, value: JSON.stringify(Buffer.from(hex, 'hex').toString('latin1')) }];
  });
}

/** Returns the pairs of columns of the two databases that hold an equal short text, sorted. */
export function sharedCodes({ codes: one }: DatabaseValues, { codes: other }: DatabaseValues): readonly string[] {
  const pairs = [...one].flatMap(([code, here]) =>
    [...here].flatMap((column) => [...(other.get(code) ?? [])].map((there) => `${column} = ${there}`)),
  );
  return [...new Set(pairs)].sort();
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

/** Counts the pieces of eight bytes that both databases hold. */
export function sharedPieces({ pieces: one }: DatabaseValues, { pieces: other }: DatabaseValues): number {
  let count = 0;
  for (let at = 0, there = 0; at < one.length && there < other.length;) {
    const [a, b] = [one[at] as bigint, other[there] as bigint];
    if (a === b) count += 1;
    if (a <= b) at += 1;
    if (b <= a) there += 1;
  }
  return count;
}

/**
 * Returns a value in every form in which it could be compared. A text that encodes bytes counts as those bytes, too.
 */
function bytesOf(value: unknown, constants: readonly RegExp[]): readonly Buffer[] {
  if (Buffer.isBuffer(value)) return [value];
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).flatMap((inner) => bytesOf(inner, constants));
  }
  if (typeof value !== 'string' || constants.some((constant) => constant.test(value))) return [];
  const forms = [Buffer.from(value)];
  if (/^[\w-]{16,}$/.test(value)) forms.push(Buffer.from(value, 'base64url'));
  if (/^(?:[0-9a-f]{2}-?){12,}$/i.test(value)) forms.push(Buffer.from(value.replaceAll('-', ''), 'hex'));
  return forms;
}

const NONCE_BYTES = 12;

/** Removes an envelope's header, which names contract and day, and the nonce. The rest is sealed. */
function withoutHeader(envelope: Buffer): Buffer {
  return envelope.subarray(3 + envelope.readUInt16BE(1) + NONCE_BYTES);
}

function piecesOf(blobs: readonly Buffer[]): BigUint64Array {
  const counts = blobs.map((blob) => Math.max(0, blob.length - PIECE_BYTES + 1));
  const pieces = new BigUint64Array(counts.reduce((sum, count) => sum + count, 0));
  let next = 0;
  for (const [at, blob] of blobs.entries()) {
    for (let from = 0; from < (counts[at] as number); from += 1) {
      pieces[next] = blob.readBigUInt64LE(from);
      next += 1;
    }
  }
  return pieces.sort();
}
