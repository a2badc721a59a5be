// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Command, CommanderError } from 'commander';

import { signatureHeaders } from '#libs/household';

import { type LocalStaff, staffFile } from './enrolment.js';
import { placeAt, repositoryRoot } from './place.js';
import { StackProblem } from './problem.js';
import { runningSystem } from './running.js';
import { signerFrom } from './signer.js';

interface Batch {
  readonly batch: string;
  readonly slots: number;
  readonly amountCents: string;
  readonly digest: string;
}

interface Shared {
  readonly as: string;
  readonly root: string;
}

/** `npm run release`. Ends the process: 0 when payments did what was asked. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('npm run release --')
    .description('Releases payments by two different people of a local city.')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .requiredOption('--as <name>', 'who signs: maker-one, checker-one or checker-two')
      .option('--root <folder>', 'where the system runs', join(repositoryRoot, '.local'));
  command('make', 'puts everything that waits into a batch').action(async (options: Shared) => {
    const { made } = await send<{ made: Batch | null }>(options, 'batches', {});
    console.log(made === null ? 'Nothing waits for release.' : lineOf(made));
  });
  command('open', 'shows the batches that wait for a checker').action(async (options: Shared) => {
    const { batches } = await send<{ batches: readonly Batch[] }>(options, 'open', {});
    console.log(batches.length === 0 ? 'No batch waits.' : batches.map(lineOf).join('\n'));
  });
  command('approve', 'agrees to a batch; another person than who made it')
    .argument('<batch>', 'its number')
    .argument('<digest>', 'its digest: exactly what is approved')
    .action(async (batch: string, digest: string, options: Shared) => {
      const { outcome, missing } = await send<{ outcome: string; missing: number }>(options, 'approvals', {
        batch,
        digest,
      });
      console.log(outcome === 'released' ? 'Released.' : `Counted; ${missing} more must agree.`);
    });
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

function lineOf({ batch, slots, amountCents, digest }: Batch): string {
  const dollars = `$${BigInt(amountCents) / 100n}.${amountCents.slice(-2).padStart(2, '0')}`;
  return `batch ${batch}: ${slots} payments, ${dollars}, digest ${digest}`;
}

async function send<T>({ as, root }: Shared, path: string, content: object): Promise<T> {
  const place = placeAt(resolve(root));
  const payments = runningSystem(place.running)?.urls.payments;
  if (payments === undefined) throw new StackProblem('not-running');
  const staff = JSON.parse(readFileSync(staffFile(place), 'utf8')) as LocalStaff[];
  const person = staff.find(({ name }) => name === as);
  if (person === undefined) throw new StackProblem('bad-option', `--as: ${staff.map(({ name }) => name).join(', ')}`);
  const body = JSON.stringify(content);
  const request = { method: 'POST', path: `/v1/release/${path}`, body };
  const headers = await signatureHeaders(request, signerFrom(person.name, person.seed), Math.floor(Date.now() / 1000));
  const answer = await fetch(`${payments}${request.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const said = (await answer.json()) as T & { title?: string };
  if (!answer.ok) throw new StackProblem('refused', said.title);
  return said;
}
