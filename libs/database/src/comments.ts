/** The meaning of a table, for `docs/database.md` and for people who look at the database. */
export interface TableMeaning {
  readonly meaning: string;
  /** How long a row is kept: `until …` or `as long as …`. */
  readonly kept: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** Separates the meaning of a table from how long its rows are kept. */
export const KEPT = ' Kept: ';

/** Returns statements that write the meaning of tables and columns into the database. */
export function commentsOn(tables: Readonly<Record<string, TableMeaning>>): readonly string[] {
  return Object.entries(tables).flatMap(([table, { meaning, kept, columns }]) => [
    `COMMENT ON TABLE ${table} IS ${quoted(`${meaning}${KEPT}${kept}.`)}`,
    ...Object.entries(columns).map(([column, text]) => `COMMENT ON COLUMN ${table}.${column} IS ${quoted(text)}`),
  ]);
}

function quoted(text: string): string {
  return `'${text.replaceAll(`'`, `''`)}'`;
}
