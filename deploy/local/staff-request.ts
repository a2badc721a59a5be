import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Command, CommanderError } from 'commander';

import { signatureHeaders } from '#libs/household';

import { type LocalStaff, staffFile } from './enrolment.js';
import { placeAt, repositoryRoot } from './place.js';
import { StackProblem } from './problem.js';
import { runningSystem } from './running.js';
import { signerFrom } from './signer.js';

/** What every command of staff is told. */
export interface StaffOptions {
  readonly as: string;
  readonly root: string;
}

/** A command under `program` that is signed by somebody. */
export function staffCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--as <name>', 'who signs: a name of staff.json')
    .option('--root <folder>', 'where the system runs', join(repositoryRoot, '.local'));
}

export function staffProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
}

/** Runs a program of staff and ends the process: 0 when the service did what was asked. */
export async function runStaffProgram(program: Command, args: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...args], { from: 'user' });
    process.exit(0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
    const isExpected = error instanceof StackProblem || error instanceof CommanderError;
    console.error(isExpected ? error.message.replace(/^error: /, '') : error);
    process.exit(1);
  }
}

/** Sends a signed request to a service of the system that runs. @throws StackProblem `not-running`, `refused` */
export async function sendAs<T>(
  { as, root }: StaffOptions,
  service: 'payments' | 'eligibility',
  { path, content }: { readonly path: string; readonly content: object },
): Promise<T> {
  const place = placeAt(resolve(root));
  const url = runningSystem(place.running)?.urls[service];
  if (url === undefined) throw new StackProblem('not-running');
  const staff = (JSON.parse(readFileSync(staffFile(place), 'utf8')) as LocalStaff[]).filter(
    (each) => each.service === service,
  );
  const person = staff.find(({ name }) => name === as);
  if (person === undefined) throw new StackProblem('bad-option', `--as: ${staff.map(({ name }) => name).join(', ')}`);
  const body = JSON.stringify(content);
  const request = { method: 'POST', path, body };
  const headers = await signatureHeaders(request, signerFrom(person.name, person.seed), Math.floor(Date.now() / 1000));
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const said = (await answer.json()) as T & { title?: string };
  if (!answer.ok) throw new StackProblem('refused', said.title);
  return said;
}
