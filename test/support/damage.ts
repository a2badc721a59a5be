import { bytes } from '#libs/sealing';
import type { Service } from '#libs/contracts';
import type { ServiceUnderTest } from './service-under-test.js';

/** Flips one bit in the record of a value, as a bad disk does. @returns how many records were damaged */
export async function damage<S extends Service>(
  { pool, records }: Pick<ServiceUnderTest<S>, 'pool' | 'records'>,
  kind: string,
  value: string | Uint8Array,
): Promise<number> {
  const { rows } = await pool.query<{ night: number }>('SELECT night FROM night');
  let damaged = 0;
  for (const { night } of rows) {
    const lookup = records.sealOf(night).lookup(kind, typeof value === 'string' ? bytes(value) : value);
    const { rowCount } = await pool.query(
      'UPDATE record SET blob = set_bit(blob, 300, 1 - get_bit(blob, 300)) WHERE kind = $1 AND lookup = $2',
      [kind, lookup],
    );
    damaged += rowCount ?? 0;
  }
  return damaged;
}
