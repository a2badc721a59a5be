// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { runStaffProgram, sendAs, staffCommand, staffProgram, type StaffOptions } from './staff-request.js';

interface Batch {
  readonly batch: string;
  readonly slots: number;
  readonly amountCents: string;
  readonly digest: string;
}

/** `npm run release`: what waits for people goes out when different people agree. */
export async function main(args: readonly string[]): Promise<void> {
  const program = staffProgram('npm run release --', 'Releases payments by different people of a local city.');
  const send = <T>(options: StaffOptions, name: string, content: object): Promise<T> =>
    sendAs<T>(options, 'payments', { path: `/v1/release/${name}`, content });
  staffCommand(program, 'make', 'puts everything that waits into a batch').action(async (options: StaffOptions) => {
    const { made } = await send<{ made: Batch | null }>(options, 'batches', {});
    console.log(made === null ? 'Nothing waits for release.' : lineOf(made));
  });
  staffCommand(program, 'open', 'shows the batches that wait for a checker').action(async (options: StaffOptions) => {
    const { batches } = await send<{ batches: readonly Batch[] }>(options, 'open', {});
    console.log(batches.length === 0 ? 'No batch waits.' : batches.map(lineOf).join('\n'));
  });
  staffCommand(program, 'approve', 'agrees to a batch; another person than who made it')
    .argument('<batch>', 'its number')
    .argument('<digest>', 'its digest: exactly what is approved')
    .action(async (batch: string, digest: string, options: StaffOptions) => {
      const { outcome, missing } = await send<{ outcome: string; missing: number }>(options, 'approvals', {
        batch,
        digest,
      });
      console.log(outcome === 'released' ? 'Released.' : `Counted; ${missing} more must agree.`);
    });
  await runStaffProgram(program, args);
}

function lineOf({ batch, slots, amountCents, digest }: Batch): string {
  const dollars = `$${BigInt(amountCents) / 100n}.${amountCents.slice(-2).padStart(2, '0')}`;
  return `batch ${batch}: ${slots} payments, ${dollars}, digest ${digest}`;
}
