import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type Service, services } from '#libs/contracts';
import { keptDataExitCodes } from '#libs/service';

import { nodeFlags } from './closed-process.js';
import { type OwnerAccess, ownerEnvironment, type PerService } from './databases.js';
import { repositoryRoot } from './layout.js';
import { StackProblem, type StackProblemCode } from './problem.js';

/**
 * Runs the command `migrate` of every built service: it makes the tables and gives the service's role its rights.
 *
 * @throws StackProblem with one sentence that names the next step
 */
export async function migrateAll(owners: PerService<OwnerAccess>): Promise<void> {
  await Promise.all(services.map((service) => migrateOne(service, owners[service])));
}

/** @throws StackProblem */
export async function migrateOne(service: Service, owner: OwnerAccess): Promise<void> {
  const program = join(repositoryRoot, 'dist', 'apps', service, 'src', 'main.js');
  try {
    await promisify(execFile)(process.execPath, [...nodeFlags, program, 'migrate'], { env: ownerEnvironment(owner) });
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: unknown };
    for (const [problem, exitCode] of Object.entries(keptDataExitCodes)) {
      if (code === exitCode) throw new StackProblem(problem as StackProblemCode, service);
    }
    throw new StackProblem('not-migrated', `${service}: ${String(stderr).trim()}`);
  }
}
