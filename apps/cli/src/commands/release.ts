import type { Command } from 'commander';

import { formOf } from '../arguments.js';
import { signedCommand, type SignedOptions } from '../city-command.js';
import { City } from '../city.js';
import { dollarsOf } from '../table.js';

interface Batch {
  readonly batch: string;
  readonly instruments: number;
  readonly amountCents: string;
  readonly digest: string;
}

/** Releases payments that wait for people, after different people agreed to exactly the same batch. */
export function addRelease(program: Command): void {
  const release = program
    .command('release')
    .description('payments that wait for people: one person makes a batch, others approve it');
  signedCommand(release, 'make', 'puts the waiting payments into a batch, at most 5,000').action(
    async (options: SignedOptions) => {
      const { made } = await send<{ made: Batch | null }>(options, 'batches');
      console.log(made === null ? 'No payment waits for release.' : lineOf(made));
    },
  );
  signedCommand(release, 'open', 'shows the batches that wait for a checker').action(async (options: SignedOptions) => {
    const { batches } = await send<{ batches: readonly Batch[] }>(options, 'open');
    console.log(batches.length === 0 ? 'No batch waits.' : batches.map(lineOf).join('\n'));
  });
  signedCommand(release, 'approve', 'approves a batch; the maker of the batch cannot approve it')
    .argument('<batch>', 'the id of the batch', formOf('batch'))
    .argument('<digest>', 'the digest of the batch, which fixes its content', formOf('digest'))
    .action(async (batch: string, digest: string, options: SignedOptions) => {
      const content = { batch, digest };
      const { outcome, missing } = await send<{ outcome: string; missing: number }>(options, 'approvals', content);
      console.log(outcome === 'released' ? 'Released.' : `Approval recorded; ${missing} more needed.`);
    });
}

async function send<T>(options: SignedOptions, name: string, content: object = {}): Promise<T> {
  const city = City.open(options);
  return city.ask<T>(city.one('payments'), { path: `/v1/release/${name}`, content, role: 'releaser', as: options.as });
}

function lineOf({ batch, instruments, amountCents, digest }: Batch): string {
  return `batch ${batch}: ${instruments} payments, ${dollarsOf(amountCents)}, digest ${digest}`;
}
