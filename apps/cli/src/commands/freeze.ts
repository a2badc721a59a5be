import type { Command } from 'commander';

import { formOf } from '../arguments.js';
import { cityCommand, signedCommand, type SignedOptions } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';
import { dollarsOf, table } from '../table.js';

interface FreezeView {
  readonly freeze: string | null;
  readonly anchoredSeq: string;
  readonly headSeq: string;
  readonly found: Readonly<Record<string, number>> | null;
  readonly digest: string | null;
  readonly isProposed: boolean;
  readonly inquireFirst: boolean;
}

interface DisputedItem {
  readonly reference: string;
  readonly amountCents: string;
  readonly proposed: boolean;
}

/** Commands for a frozen ledger: payments sends nothing until two people lift the freeze. */
export function addFreeze(program: Command): void {
  const freeze = program
    .command('freeze')
    .description('a ledger that is frozen, because it is older than its anchor or has split');
  cityCommand(freeze, 'show', 'shows why the ledger is frozen, and what the rails say about it').action(
    async (options: CityOptions) => {
      const city = City.open(options);
      const wish = { method: 'GET', path: '/v1/ledger-freeze', role: 'operator' } as const;
      console.log(textOf(await city.ask<FreezeView>(city.one('payments'), wish)));
    },
  );
  signedCommand(freeze, 'lift', 'agrees that payments are sent again; the second person lifts the freeze')
    .argument('<digest>', 'as `freeze show` prints it: exactly what is agreed to', formOf('digest'))
    .option('--accept', 'lifts it in spite of unmatched and differing payments, which people resolve by hand', false)
    .addHelpText('after', '\nRead docs/runbooks/restore.md first.')
    .action(async (digest: string, options: SignedOptions & { readonly accept: boolean }) => {
      const content = { digest, ...(options.accept ? { accept: true } : {}) };
      const { outcome } = await send<{ outcome: string }>(options, 'ledger-freeze/lift', content);
      console.log(outcome === 'lifted' ? 'Lifted: payments are sent again.' : 'Counted; one more person must agree.');
    });
}

const resolutions = ['ask-again', 'never-paid', 'paid'] as const;

/** Commands for instruments about which the ledger and a rail contradict each other. */
export function addDisputed(program: Command): void {
  const disputed = program.command('disputed').description('single payments about which a partner contradicts itself');
  signedCommand(disputed, 'list', 'shows them by the reference that the partner knows').action(
    async (options: SignedOptions) => {
      const { items } = await send<{ items: readonly DisputedItem[] }>(options, 'disputed/open');
      const rows = items.map(({ reference, amountCents, proposed }) => [
        reference,
        dollarsOf(amountCents),
        proposed ? 'one person has proposed a resolution' : '',
      ]);
      console.log(
        rows.length === 0 ? 'Nothing is disputed.' : table([['reference', 'amount', ''], ...rows]).join('\n'),
      );
    },
  );
  signedCommand(disputed, 'resolve', 'states how the payment ended; a second person who states the same resolves it')
    .argument('<reference>', 'as `disputed list` prints it', formOf('reference'))
    .argument('<resolution>', resolutions.join(', '))
    .action(async (reference: string, resolution: string, options: SignedOptions) => {
      const { outcome } = await send<{ outcome: string }>(options, 'disputed/resolutions', {
        reference,
        resolution,
      });
      console.log(outcome === 'resolved' ? 'Resolved.' : 'Counted; one more person must state the same.');
    });
}

async function send<T>(options: SignedOptions, path: string, content: object = {}): Promise<T> {
  const city = City.open(options);
  return city.ask<T>(city.one('payments'), { path: `/v1/${path}`, content, role: 'releaser', as: options.as });
}

function textOf({ freeze, anchoredSeq, headSeq, found, digest, isProposed, inquireFirst }: FreezeView): string {
  if (freeze === null) {
    return inquireFirst
      ? 'The ledger is not frozen. Since a lift, the rail is asked before anything is sent.'
      : 'The ledger is not frozen.';
  }
  const counts = Object.entries(found ?? {}).map(([name, count]) => `  ${name.padEnd(12)} ${count}`);
  return [
    `Frozen: ${freeze}. The anchor is at commit ${anchoredSeq}; the ledger is at commit ${headSeq}.`,
    ...(found === null ? ['The ledger and the rails are still being compared; look again in a moment.'] : counts),
    ...(digest === null ? [] : [`digest ${digest}${isProposed ? ', to which one person has agreed' : ''}`]),
  ].join('\n');
}
