import type { TableDeclarations } from '#libs/database';

/** The table of the witnessed day, and what a service may do with it. */
export const witnessTables: TableDeclarations = {
  witnessed_day: {
    meaning: 'The day against which clocks are checked before anything is destroyed.',
    kept: 'as long as the database exists',
    ends: { never: 'one-each' },
    columns: {
      is_this: 'Always true: there is one row.',
      day: 'Day of the last completed turn, of the first start, or the one that an operator accepted (UTC).',
      turned: 'Day of the last completed turn (UTC); empty before the first.',
    },
    rights: { insert: ['day', 'turned'], update: ['day', 'turned'] },
  },
};

/** The table of the witnessed day, for the migrations of each service. */
export const witnessUp: readonly string[] = [
  `CREATE TABLE witnessed_day (
     is_this boolean NOT NULL DEFAULT true,
     day date NOT NULL,
     turned date,
     CONSTRAINT witnessed_day_key PRIMARY KEY (is_this),
     CONSTRAINT witnessed_day_one CHECK (is_this)
   )`,
];

export const witnessDown: readonly string[] = ['DROP TABLE witnessed_day'];

/** Statements on the witnessed day. */
export const witnessSql = {
  /** Not `now()`, which stands still in a transaction. */
  read: `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms,
    (SELECT day::text FROM witnessed_day) AS day`,

  /** The first start. Parameter 1: days since 1970-01-01. */
  first: `INSERT INTO witnessed_day (day) VALUES (date '1970-01-01' + $1::integer) ON CONFLICT DO NOTHING`,

  accept: `INSERT INTO witnessed_day (day) VALUES ($1) ON CONFLICT (is_this) DO UPDATE SET day = excluded.day`,

  turned: `SELECT day::text AS day, turned::text AS turned FROM witnessed_day`,
} as const;
