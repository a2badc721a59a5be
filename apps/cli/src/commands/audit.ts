import type { Command } from 'commander';
import { AUDIT_START, followChain, type AuditHead, type AuditRow } from '#libs/service';

import { formOf } from '../arguments.js';
import { cityCommand } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City, type Instance } from '../city.js';
import { OperateProblem } from '../problem.js';
import { table } from '../table.js';

interface KnownHead extends AuditHead {
  readonly service: string;
}

type VerifyOptions = CityOptions & { readonly known: readonly KnownHead[] };

/** What the staff of each service has done. The chain is computed here, so that no service vouches for itself. */
export function addAudit(program: Command): void {
  const audit = program.command('audit').description('who of the staff did what, one row for each act');
  cityCommand(audit, 'verify', 'follows the chain of every act, and prints its head')
    .argument('[services...]', 'the services; all by default')
    .option('--known <head>', 'a head that an earlier run printed; the chain must contain it; repeatable', headsIn, [])
    .addHelpText(
      'after',
      '\nKeep each head where nobody can change it who can change a database: docs/runbooks/audit.md.',
    )
    .action(async (names: readonly string[], { known, ...options }: VerifyOptions) => {
      const city = City.open(options);
      const instances = city.oneOf(names);
      const lost = known.find((head) => instances.every(({ service }) => service !== head.service));
      if (lost !== undefined) throw new OperateProblem('bad-option', '--known names a service that is not verified');
      const found = await Promise.all(instances.map((each) => verified(city, each, known)));
      for (const { line } of found) console.log(line);
      if (found.some(({ isWhole }) => !isWhole)) throw new OperateProblem('audit-broken');
    });
  cityCommand(audit, 'list', 'lists the acts, oldest first')
    .argument('[services...]', 'the services; all by default')
    .action(async (names: readonly string[], options: CityOptions) => {
      const city = City.open(options);
      const rows: string[][] = [];
      for (const each of city.oneOf(names)) {
        for (const { seq, day, operation, person, about } of await actsOf(city, each)) {
          rows.push([each.name, String(seq), day, operation, person, about]);
        }
      }
      const head = ['service', 'row', 'day', 'operation', 'person', 'about'];
      console.log(rows.length === 0 ? 'Nobody has done anything.' : table([head, ...rows]).join('\n'));
    });
}

/** For commander: adds one more head. @throws OperateProblem `bad-option` */
function headsIn(text: string, before: readonly KnownHead[]): readonly KnownHead[] {
  const [service = '', seq, hash = ''] = formOf('head')(text).split(':');
  return [...before, { service, seq: Number(seq), hash }];
}

async function verified(
  city: City,
  instance: Instance,
  known: readonly KnownHead[],
): Promise<{ readonly line: string; readonly isWhole: boolean }> {
  const rows = await actsOf(city, instance);
  const result = auditOf(
    rows,
    known.filter(({ service }) => service === instance.service),
  );
  if ('brokenAt' in result) return { line: `${instance.name}: BROKEN at row ${result.brokenAt}`, isWhole: false };
  const { seq, hash } = result;
  return { line: `${instance.name}: ${seq} rows, whole; head ${instance.service}:${seq}:${hash}`, isWhole: true };
}

/** Follows a whole chain, which must contain the known heads. */
export function auditOf(
  rows: readonly AuditRow[],
  known: readonly AuditHead[],
): AuditHead | { readonly brokenAt: number } {
  const head = followChain({ seq: 0, hash: AUDIT_START }, rows);
  const hashes = new Map([[0, AUDIT_START], ...rows.map(({ seq, hash }) => [seq, hash] as const)]);
  const lost = known.filter(({ seq, hash }) => hashes.get(seq) !== hash).map(({ seq }) => seq);
  const broken = [...('brokenAt' in head ? [head.brokenAt] : []), ...lost];
  return 'hash' in head && broken.length === 0 ? head : { brokenAt: Math.min(...broken) };
}

async function actsOf(city: City, instance: Instance): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = [];
  for (;;) {
    const wish = { path: '/v1/operations/audit', content: { after: rows.at(-1)?.seq ?? 0 }, role: 'operator' } as const;
    const { acts } = await city.ask<{ acts: readonly AuditRow[] }>(instance, wish);
    if (acts.length === 0) return rows;
    rows.push(...acts);
  }
}
