import { isIP } from 'node:net';
import { join, relative } from 'node:path';

import { Command, CommanderError, Option } from 'commander';

import { apps } from '../local/apps.js';
import { layoutAt, repositoryRoot } from '../local/layout.js';
import { StackProblem } from '../local/problem.js';
import { addAuthority, authorityEnd, DAY_MS } from './authority.js';
import { CERTIFICATE_DAYS, writeCertificates } from './certificates.js';

/** The host names of the containers that others connect to. */
export const certificateNames = ['postgres', 'kafka', ...apps] as const;

/** The folder of the certificates for docker-compose.yml. */
export function certificateFolder(root: string): string {
  return join(layoutAt(join(root, '.local', 'containers')).root, 'tls');
}

/** Labels of letters, digits and hyphens; the first may be a star. */
const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

interface Options {
  readonly all?: boolean;
  readonly also?: string;
  readonly drop?: string;
  readonly newAuthority?: boolean;
}

/** `npm run certificates:write`. Sets the exit code 1 for a wrong option, and if the authority cannot sign. */
export async function main(args: readonly string[], root = repositoryRoot, now = new Date()): Promise<void> {
  const command = new Command('npm run certificates:write --')
    .description(
      'Makes a private authority, once, and a certificate for each container. Renews what ends within 30 days.',
    )
    .option('--all', 'issue every certificate again')
    .option('--also <hosts>', 'more host names and addresses, with commas, for which all are valid; implies --all')
    .option('--drop <hosts>', 'names and addresses of an earlier --also that are no longer valid; implies --all')
    .addOption(
      new Option('--new-authority', 'make a new authority, trusted beside the present one; issues nothing').conflicts([
        'all',
        'also',
        'drop',
      ]),
    )
    .exitOverride()
    .configureOutput({ writeErr: (text) => console.error(text.trim()) });
  try {
    const {
      all = false,
      also,
      drop,
      newAuthority = false,
    } = command.parse([...args], { from: 'user' }).opts<Options>();
    const [folder, names] = [certificateFolder(root), certificateNames];
    const [more, dropped] = [hostsIn(also, '--also'), hostsIn(drop, '--drop', false)];
    if (newAuthority) {
      await addAuthority({ folder, names }, now);
      console.log(`Made a new authority in ${relative(root, folder)}. Restart every container, then run with --all.`);
      return;
    }
    const isAll = all || more.length > 0 || dropped.length > 0;
    const issued = await writeCertificates({ folder, names, also: more, dropped, now, all: isAll });
    console.log(lineOf(issued, relative(root, folder)));
    const end = await authorityEnd({ folder, names });
    if (end !== undefined) for (const line of linesOn(end, now)) console.log(line);
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof StackProblem) console.error(error.message);
    else if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else throw error;
  }
}

/** @throws StackProblem `bad-option` for a text that no certificate can be valid for */
function hostsIn(text: string | undefined, option: string, isChecked = true): readonly string[] {
  const hosts = text?.split(',').map((each) => each.trim()) ?? [];
  const isHost = (each: string): boolean =>
    each.length <= 253 && (isIP(each) !== 0 || (HOST.test(each) && !/^[\d.]+$/.test(each)));
  if (isChecked && !hosts.every(isHost)) throw new StackProblem('bad-option', `${option}: not a host name or address`);
  return hosts;
}

/** From then on a new certificate would outlive the authority, and gets a shorter life. */
function linesOn(end: Date, now: Date): readonly string[] {
  const day = end.toISOString().slice(0, 10);
  if (end.getTime() - now.getTime() > CERTIFICATE_DAYS * DAY_MS) return [];
  return [`The authority ends on ${day}, and every certificate with it: see "A new authority" in deploy/docker.`];
}

function lineOf(issued: readonly string[], folder: string): string {
  if (issued.length === 0) return `Every certificate in ${folder} is good for more than 30 days.`;
  return `Issued in ${folder}: ${issued.join(', ')}. Restart postgres and kafka; the services read theirs again.`;
}
