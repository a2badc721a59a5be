import { join, relative } from 'node:path';

import { Command, CommanderError } from 'commander';

import { apps } from '../local/apps.js';
import { layoutAt, repositoryRoot } from '../local/layout.js';
import { writeCertificates } from './certificates.js';

/** The host names of the containers that others connect to. */
export const certificateNames = ['postgres', 'kafka', ...apps] as const;

/** The folder of the certificates for docker-compose.yml. */
export function certificateFolder(root: string): string {
  return join(layoutAt(join(root, '.local', 'containers')).root, 'tls');
}

/** `npm run certificates:write`. Sets the exit code 1 for a wrong option. */
export async function main(args: readonly string[], root = repositoryRoot): Promise<void> {
  const command = new Command('npm run certificates:write --')
    .description(
      'Makes a private authority, once, and a certificate for each container. Renews what ends within 30 days.',
    )
    .option('--all', 'issue every certificate again')
    .option('--also <hosts>', 'more host names and addresses, with commas, for which all are valid; implies --all')
    .exitOverride()
    .configureOutput({ writeErr: (text) => console.error(text.trim()) });
  try {
    const { all = false, also } = command.parse([...args], { from: 'user' }).opts<{ all?: boolean; also?: string }>();
    const folder = certificateFolder(root);
    const more = also?.split(',') ?? [];
    const names = certificateNames;
    const issued = await writeCertificates({ folder, names, also: more, all: all || more.length > 0 });
    console.log(lineOf(issued, relative(root, folder)));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode;
  }
}

function lineOf(issued: readonly string[], folder: string): string {
  if (issued.length === 0) return `Every certificate in ${folder} is good for more than 30 days.`;
  return `Issued in ${folder}: ${issued.join(', ')}. Restart postgres and kafka; the services read theirs again.`;
}
