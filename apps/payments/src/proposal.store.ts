import type { Tx } from '#libs/database';
import type { Agreement } from './domain/lift.js';

// What one person has proposed and another has still to agree to: one proposal about each thing, bound to a digest.

/** Locked until the transaction ends. */
export async function findProposal(tx: Tx, about: string): Promise<Agreement | undefined> {
  const { rows } = await tx.query('SELECT digest, person FROM proposal WHERE about = $1 FOR UPDATE', [about]);
  const [row] = rows as { digest: Buffer; person: string }[];
  return row === undefined ? undefined : { digest: row.digest.toString('base64url'), person: row.person };
}

/** In place of whatever was proposed about it before. */
export async function propose(tx: Tx, about: string, { digest, person }: Agreement): Promise<void> {
  await tx.query(
    `INSERT INTO proposal (about, digest, person) VALUES ($1, $2, $3)
     ON CONFLICT (about) DO UPDATE SET digest = excluded.digest, person = excluded.person`,
    [about, Buffer.from(digest, 'base64url'), person],
  );
}

export async function endProposal(tx: Tx, about: string): Promise<void> {
  await tx.query('DELETE FROM proposal WHERE about = $1', [about]);
}
