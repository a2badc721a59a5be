import { join } from 'node:path';

import { PostgreSqlContainer, type StartedPostgreSqlContainer } from '@testcontainers/postgresql';

import { repositoryRoot } from '../../deploy/local/layout.js';
import type { TestCertificates } from './certificates.js';

const FOLDER = '/mnt/start';

/** The database server of docker-compose.yml, started by the same script: TLS and no plain text. */
export function startPostgres({ folder }: TestCertificates): Promise<StartedPostgreSqlContainer> {
  return new PostgreSqlContainer('postgres:18')
    .withCopyDirectoriesToContainer([
      { source: join(repositoryRoot, 'deploy', 'docker', 'postgres'), target: FOLDER, mode: 0o755 },
      { source: join(folder, 'postgres'), target: '/tls', mode: 0o755 },
    ])
    .withUser('postgres')
    .withEntrypoint(['bash', `${FOLDER}/start.sh`])
    .withCommand(['postgres', '-cmax_connections=200'])
    .start();
}

/** The superuser's address, with the check of the server's name. */
export function superuserUrlOf(container: StartedPostgreSqlContainer, { ca }: TestCertificates): string {
  return `${container.getConnectionUri()}?sslmode=verify-full&sslrootcert=${ca}`;
}
