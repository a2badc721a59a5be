import type { Command } from 'commander';

import { formOf } from '../arguments.js';
import { cityCommand, signedCommand, type SignedOptions } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';
import { dollarsOf, table } from '../table.js';

interface HoldView {
  readonly hold: string | null;
  readonly anchoredSeq: string;
  readonly headSeq: string;
  readonly found: Readonly<Record<string, number>> | null;
  readonly digest: string | null;
  readonly isProposed: boolean;
  readonly isCareful: boolean;
}

interface HeldItem {
  readonly reference: string;
  readonly amountCents: string;
  readonly proposed: boolean;
}

/** Payments holds when its database has gone back or has split; only two people let it go on. */
export function addHold(program: Command): void {
  const hold = program.command('hold').description('payments that hold, because their books went back or have split');
  cityCommand(hold, 'show', 'why money is held, and what the partners’ books say about it').action(
    async (options: CityOptions) => {
      const city = City.open(options);
      const wish = { method: 'GET', path: '/v1/hold', role: 'operator' } as const;
      console.log(textOf(await city.ask<HoldView>(city.one('payments'), wish)));
    },
  );
  signedCommand(hold, 'lift', 'agrees that money goes out again; the second person’s word lifts it')
    .argument('<digest>', 'as `hold show` has named it: exactly what is agreed to', formOf('digest'))
    .option('--accept', 'in spite of what is unmatched or differs, which somebody settles by hand', false)
    .addHelpText('after', '\nRead docs/runbooks/restore.md first.')
    .action(async (digest: string, options: SignedOptions & { readonly accept: boolean }) => {
      const content = { digest, ...(options.accept ? { accept: true } : {}) };
      const { outcome } = await send<{ outcome: string }>(options, 'hold/lift', content);
      console.log(outcome === 'lifted' ? 'Lifted: money goes out again.' : 'Counted; one more person must agree.');
    });
}

const ends = ['ask-again', 'never-paid', 'paid'] as const;

/** Single instruments about which our books and a partner's contradict each other. */
export function addHeld(program: Command): void {
  const held = program.command('held').description('single payments about which a partner contradicts itself');
  signedCommand(held, 'list', 'shows them by the reference that the partner knows').action(
    async (options: SignedOptions) => {
      const { items } = await send<{ items: readonly HeldItem[] }>(options, 'held/open');
      const rows = items.map(({ reference, amountCents, proposed }) => [
        reference,
        dollarsOf(amountCents),
        proposed ? 'one person has settled it' : '',
      ]);
      console.log(rows.length === 0 ? 'Nothing is held.' : table([['reference', 'amount', ''], ...rows]).join('\n'));
    },
  );
  signedCommand(held, 'settle', 'says how it ended; the second person who says the same settles it')
    .argument('<reference>', 'as `held list` has named it', formOf('reference'))
    .argument('<end>', ends.join(', '))
    .action(async (reference: string, end: string, options: SignedOptions) => {
      const { outcome } = await send<{ outcome: string }>(options, 'held/settlements', { reference, end });
      console.log(outcome === 'settled' ? 'Settled.' : 'Counted; one more person must say the same.');
    });
}

async function send<T>(options: SignedOptions, path: string, content: object = {}): Promise<T> {
  const city = City.open(options);
  return city.ask<T>(city.one('payments'), { path: `/v1/${path}`, content, role: 'releaser', as: options.as });
}

function textOf({ hold, anchoredSeq, headSeq, found, digest, isProposed, isCareful }: HoldView): string {
  if (hold === null) {
    return isCareful ? 'Nothing is held. What goes out is asked about first, as after a lift.' : 'Nothing is held.';
  }
  const counts = Object.entries(found ?? {}).map(([name, count]) => `  ${name.padEnd(12)} ${count}`);
  return [
    `Held: ${hold}. Written down outside up to commit ${anchoredSeq}; the books stand at ${headSeq}.`,
    ...(found === null ? ['Books and partners are still being compared; look again in a moment.'] : counts),
    ...(digest === null ? [] : [`digest ${digest}${isProposed ? ', to which one person has agreed' : ''}`]),
  ].join('\n');
}
