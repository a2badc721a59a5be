import { createHash } from 'node:crypto';

import { expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { eligibility } from '../../apps/eligibility/src/eligibility.module.js';
import { intake } from '../../apps/intake/src/intake.module.js';
import { notification } from '../../apps/notification/src/notification.module.js';
import { payments } from '../../apps/payments/src/payments.module.js';

/**
 * A database remembers its migrations by their names. One whose statements change under the same name passes as up to
 * date with tables of before. So a changed migration gets the name of another moment, and data of before is refused.
 */
const pinned: Readonly<Record<string, string>> = {
  'intake Initial1796040000000': 'f7fd6dc28232161c',
  'eligibility Initial1796040000000': '39fc42fec2eda289',
  'payments Initial1796040000000': 'a913aacd88c4f6d4',
  'notification Initial1796040000000': '39fc42fec2eda289',
};

async function statementsOf(migration: MigrationInterface): Promise<string> {
  const statements: string[] = [];
  const runner = { query: (text: string) => Promise.resolve(void statements.push(text)) };
  await migration.up(runner as unknown as QueryRunner);
  return statements.join(';\n');
}

it.each([intake, eligibility, payments, notification])(
  'a migration of $service whose statements changed has a new name',
  async ({ service, migrations }) => {
    const hashes: Record<string, string> = {};
    for (const Migration of migrations as unknown as readonly (new () => MigrationInterface)[]) {
      const text = await statementsOf(new Migration());
      hashes[`${service} ${Migration.name}`] = createHash('sha256').update(text).digest('hex').slice(0, 16);
    }
    const known = Object.entries(pinned).filter(([name]) => name.startsWith(`${service} `));
    expect(hashes).toEqual(Object.fromEntries(known));
  },
);
