import { locks, type Tx } from '#libs/database';
import { AUDIT_START, auditHash, type AuditEntry, type AuditRow } from './audit-chain.js';

interface StoredRow extends Omit<AuditRow, 'seq'> {
  readonly seq: string;
}

const COLUMNS = `seq, day::text AS day, operation, person, about,
  rtrim(translate(encode(hash, 'base64'), '+/', '-_'), '=') AS hash`;

/** Adds one row at the end of the chain. The lock holds until the transaction ends, so that no two rows follow one. */
export async function appendAudit(tx: Tx, act: Omit<AuditEntry, 'seq'>): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [locks.audit]);
  const { rows } = await tx.query(`SELECT ${COLUMNS} FROM audit ORDER BY seq DESC LIMIT 1`);
  const [last] = rows as StoredRow[];
  const entry = { ...act, seq: Number(last?.seq ?? 0) + 1 };
  const hash = auditHash(last?.hash ?? AUDIT_START, entry);
  await tx.query('INSERT INTO audit (seq, day, operation, person, about, hash) VALUES ($1, $2, $3, $4, $5, $6)', [
    entry.seq,
    entry.day,
    entry.operation,
    entry.person,
    entry.about,
    Buffer.from(hash, 'base64url'),
  ]);
}

/** The rows after a number, in their order. */
export async function auditAfter(reader: Tx, after: number, limit: number): Promise<readonly AuditRow[]> {
  const { rows } = await reader.query(`SELECT ${COLUMNS} FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2`, [
    after,
    limit,
  ]);
  return (rows as StoredRow[]).map(({ seq, ...row }) => ({ ...row, seq: Number(seq) }));
}
