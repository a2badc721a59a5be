import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

type Migration = new () => MigrationInterface;

/**
 * A hash of the statements of each migration, by its name. A database remembers its migrations by their names alone:
 * one whose statements change under the same name passes as up to date with tables of before. So the test of an app
 * pins both, and a changed migration gets the name of another moment.
 */
export async function migrationHashes(migrations: readonly Migration[]): Promise<Readonly<Record<string, string>>> {
  const hashes: Record<string, string> = {};
  for (const each of migrations) {
    const hash = createHash('sha256');
    const runner = { query: (text: string) => Promise.resolve(void hash.update(text).update(';')) };
    await new each().up(runner as unknown as QueryRunner);
    hashes[each.name] = hash.digest('hex').slice(0, 16);
  }
  return hashes;
}
