import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import type { TableDeclarations, TableEnd } from '#libs/database';
import { repositoryRoot } from '../../deploy/local/layout.js';

type Never = Extract<TableEnd, { readonly never: string }>['never'];

export interface ExpectedEnds {
  /** Tables of which nothing ends, and why. */
  readonly never: Readonly<Partial<Record<Never, readonly string[]>>>;
  /** What of a row ends although the row itself stays. */
  readonly emptied: Readonly<Record<string, readonly string[]>>;
}

/** Whether a file removes rows of a table, or empties columns of them. */
export function ends(text: string, table: string, columns?: readonly string[]): boolean {
  if (columns === undefined) {
    return [
      `(?:DELETE FROM|TRUNCATE) (?:public[.])?${table}\\b`,
      `DROP TABLE public[.]${table}_%s`,
      `DROP TABLE public[.]%I', part\\)[^]*'${table}_' [|]{2}`,
    ].some((form) => new RegExp(form).test(text));
  }
  const set = new RegExp(`UPDATE public[.]${table}\\b[^;]*?SET ([^;]*?)\\s+WHERE`).exec(text)?.[1] ?? '';
  return columns.every((column) => new RegExp(`\\b${column} = NULL`).test(set));
}

/** Tests that every table has an end and something that brings it about, or is one of the expected ones. */
export function haveEnds(tables: TableDeclarations, expected: ExpectedEnds): void {
  const all = Object.entries(tables);

  describe('every table', () => {
    it('has an end, or is one of those that need none', () => {
      const never = all.flatMap(([name, { ends: end }]) => ('never' in end ? [[name, end.never] as const] : []));
      const found = Map.groupBy(never, ([, why]) => why);
      const names = [...found].map(([why, each]) => [why, each.map(([name]) => name)] as const);
      expect(Object.fromEntries(names)).toEqual(expected.never);
    });

    it('of which a part stays loses these columns', () => {
      const found = all.flatMap(([name, { ends: end }]) =>
        'columns' in end && end.columns !== undefined ? [[name, end.columns] as const] : [],
      );
      expect(Object.fromEntries(found)).toEqual(expected.emptied);
    });

    it('with an end is ended by the file that it names', () => {
      const wrong = all.filter(([name, { ends: end }]) => {
        if ('never' in end) return false;
        const path = join(repositoryRoot, end.by);
        return !existsSync(path) || !ends(readFileSync(path, 'utf8'), name, end.columns);
      });
      expect(wrong.map(([name]) => name)).toEqual([]);
    });

    it('says `as long as` only if nothing of its rows ends, or a part of them', () => {
      const wrong = all.filter(
        ([, { kept, ends: end }]) => kept.startsWith('as long as') && 'by' in end && end.columns === undefined,
      );
      expect(wrong.map(([name]) => name)).toEqual([]);
    });
  });
}
