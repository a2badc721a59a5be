import type { Tx } from '#libs/database';

/**
 * Revokes a key in the table of a list. Nothing makes it valid again.
 *
 * @returns false if no such key is enrolled, or if it is revoked already
 */
export async function revokeKey(tx: Tx, table: 'staff' | 'device', name: string): Promise<boolean> {
  const { rowCount } = await tx.query(`UPDATE ${table} SET revoked = true WHERE name = $1 AND NOT revoked`, [name]);
  return rowCount === 1;
}
