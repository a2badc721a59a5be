import { spawnSync } from 'node:child_process';
import { readFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ownerEnvironment, ownerOf } from '../local/databases.js';
import type { EnrolmentList } from '../local/enrolment.js';

/**
 * Runs once after the services have made their tables. Enrols devices and staff by their public keys, from the list
 * that `npm run env:write` made. The private keys stay with their owners.
 */
const lists = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as readonly EnrolmentList[];
const folder = mkdtempSync(join(tmpdir(), 'enrol-'));
for (const { service, what, list } of lists) {
  const file = join(folder, 'list.json');
  writeFileSync(file, JSON.stringify(list));
  const { status } = spawnSync(
    process.execPath,
    [join('dist', 'apps', service, 'src', 'main.js'), 'enrol', what, file],
    {
      env: ownerEnvironment({
        url: process.env[`DATABASE_OWNER_URL_${service.toUpperCase()}`] ?? '',
        role: ownerOf(service),
      }),
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exit(1);
}
