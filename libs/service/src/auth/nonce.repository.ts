import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import { commentsOn, type TableDeclarations } from '#libs/database';
import type { Permit } from '#libs/records';

export const nonceTables: TableDeclarations = {
  spent_nonce: {
    meaning: 'Nonces of requests that staff signed. A request with one of them is not accepted again.',
    kept: 'until the second day after',
    ends: { by: 'libs/service/src/auth/nonce.repository.ts' },
    columns: { key: 'Name of the key that signed.', nonce: 'The nonce, 16 bytes.', day: 'Day of the request (UTC).' },
    rights: { insert: ['key', 'nonce'], delete: true },
  },
};

/** Statements that make the table of spent nonces, for the migrations of each service. */
export const nonceUp: readonly string[] = [
  `CREATE TABLE spent_nonce (
  key text NOT NULL,
  nonce bytea NOT NULL,
  day date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
  CONSTRAINT spent_nonce_key PRIMARY KEY (key, nonce)
)`,
  'CREATE INDEX spent_nonce_day ON spent_nonce (day)',
  ...commentsOn(nonceTables),
];

export const nonceDown: readonly string[] = ['DROP TABLE spent_nonce'];

/**
 * Makes each signed request of staff good once, for all instances of a service and after a restart. A signature is
 * valid for a minute and a nonce is kept for at least a day, so that a clock may be wrong by a day.
 */
@Injectable()
export class NonceRepository {
  constructor(private readonly pool: Pool) {}

  /** Commits at once, before the request has any effect. @returns false if this key has used the nonce before */
  async spend(key: string, nonce: Uint8Array): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      'INSERT INTO spent_nonce (key, nonce) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [key, nonce],
    );
    return rowCount === 1;
  }

  /** Removes the nonces of past days. @returns how many */
  async prune({ day }: Permit): Promise<number> {
    const { rowCount } = await this.pool.query('DELETE FROM spent_nonce WHERE day < $1::date - 1', [day]);
    return rowCount ?? 0;
  }
}
