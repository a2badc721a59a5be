/**
 * What the service's role may do with a table besides reading it. Absent: nothing. The rights in the database are
 * generated from this, and a service does not start if it has one more or one less.
 */
export interface TableRights {
  /** The columns that a new row may name; `true` for all of them. */
  readonly insert?: true | readonly string[];
  /** The columns that may change. Locking a row needs one. */
  readonly update?: readonly string[];
  readonly delete?: true;
}

/**
 * What ends a row. `by` is the file that removes it, or that empties these columns of it if it names some. `never` says
 * why nothing of it has to end:
 * - `money`: amount, fund, week and service area of each grant are kept for auditors, and proofs that they are whole
 * - `acts`: who of the staff did what
 * - `one-each`: one row for each thing that there is, whatever households do
 * - `by-hand`: an operator enrols and removes it
 */
export type TableEnd =
  | { readonly by: string; readonly columns?: readonly string[] }
  | { readonly never: 'money' | 'acts' | 'one-each' | 'by-hand' };

/** The meaning of a table, for `docs/database.md` and for people who look at the database, and the rights on it. */
export interface TableDeclaration {
  readonly meaning: string;
  /** How long a row is kept: `until …` or `as long as …`. */
  readonly kept: string;
  readonly ends: TableEnd;
  readonly columns: Readonly<Record<string, string>>;
  readonly rights: TableRights;
}

export type TableDeclarations = Readonly<Record<string, TableDeclaration>>;

/** Separates the meaning of a table from how long its rows are kept. */
export const KEPT = ' Kept: ';

/** Returns statements that write the meaning of tables and columns into the database. */
export function commentsOn(tables: TableDeclarations): readonly string[] {
  return Object.entries(tables).flatMap(([table, { meaning, kept, columns }]) => [
    `COMMENT ON TABLE ${table} IS ${quoted(`${meaning}${KEPT}${kept}.`)}`,
    ...Object.entries(columns).map(([column, text]) => `COMMENT ON COLUMN ${table}.${column} IS ${quoted(text)}`),
  ]);
}

function quoted(text: string): string {
  return `'${text.replaceAll(`'`, `''`)}'`;
}
