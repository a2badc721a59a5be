/** Column types of which a statement can take many rows, with the type of a value in a row. */
interface ColumnValues {
  readonly bytea: Uint8Array;
  readonly text: string;
  readonly smallint: number;
  readonly integer: number;
  readonly bigint: bigint;
  readonly boolean: boolean;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly timestamptz: Date;
  /** Stored as its JSON text. */
  readonly jsonb: object;
}

export type ColumnTypes = Readonly<Record<string, keyof ColumnValues>>;

/** A row has every column; undefined and null both become NULL. */
export type ColumnRow<C extends ColumnTypes> = {
  readonly [N in keyof C]: ColumnValues[C[N]] | null | undefined;
};

export interface ColumnsOptions {
  /** Number of the first parameter that the columns take. The statement itself uses those before it. */
  readonly from?: number;
  /** Alias of the rows in the statement. */
  readonly as?: string;
  /** Name of one more column, which numbers the rows from 1. */
  readonly ordinal?: string;
}

/** Many rows as one parameter for each column. */
export interface Columns<C extends ColumnTypes> {
  /** For the FROM of a statement: `unnest($1::bytea[], $2::text[]) AS n(id, kind)`. */
  readonly sql: string;
  /** Returns its parameters, in the order in which `sql` takes them. */
  values(rows: readonly ColumnRow<C>[]): unknown[];
}

/**
 * Declares the columns of a statement once, by name and type. Call it beside the text of the statement, not for each
 * call, so that the text stays a constant and each connection plans it once.
 */
export function columns<const C extends ColumnTypes>(
  types: C,
  { from = 1, as = 'n', ordinal }: ColumnsOptions = {},
): Columns<C> {
  const names = Object.keys(types);
  const parameters = names.map((name, at) => `$${from + at}::${types[name]}[]`).join(', ');
  const list = [...names, ...(ordinal === undefined ? [] : [ordinal])].join(', ');
  const ordinality = ordinal === undefined ? '' : ' WITH ORDINALITY';
  return {
    sql: `unnest(${parameters})${ordinality} AS ${as}(${list})`,
    values: (rows) => names.map((name) => rows.map((row) => parameterOf(types[name], row[name]))),
  };
}

function parameterOf(type: keyof ColumnValues | undefined, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return String(value);
  return type === 'jsonb' ? JSON.stringify(value) : value;
}
