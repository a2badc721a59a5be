import { Injectable } from '@nestjs/common';
import type { Tx } from '#libs/database';
import { bytes, toBase64url } from '#libs/sealing';
import type { Agreement } from '../domain/agree.js';

/** Proposals of one person that wait for a second person. Each subject has at most one. */
@Injectable()
export class ProposalRepository {
  /** Locks the proposal until the transaction ends. */
  async find(tx: Tx, about: string): Promise<Agreement | undefined> {
    const { rows } = await tx.query('SELECT digest, person FROM proposal WHERE about = $1 FOR UPDATE', [about]);
    const [row] = rows as { digest: Buffer; person: string }[];
    return row === undefined ? undefined : { digest: toBase64url(row.digest), person: row.person };
  }

  /** Replaces an earlier proposal about the same subject. */
  async propose(tx: Tx, about: string, { digest, person }: Agreement): Promise<void> {
    await tx.query(
      `INSERT INTO proposal (about, digest, person) VALUES ($1, $2, $3)
       ON CONFLICT (about) DO UPDATE SET digest = excluded.digest, person = excluded.person`,
      [about, bytes(digest), person],
    );
  }

  async end(tx: Tx, about: string): Promise<void> {
    await tx.query('DELETE FROM proposal WHERE about = $1', [about]);
  }
}
