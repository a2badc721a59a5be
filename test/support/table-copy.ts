import pg from 'pg';

interface Child {
  readonly name: string;
  readonly bound: string;
}

interface Table {
  readonly name: string;
  /** The partitions of a partitioned table. */
  readonly children: readonly Child[];
  /** All rows as one JSON text, so that no value becomes a JavaScript number. */
  readonly rows: string;
}

/** Every table of one database as it was at one moment. */
export interface TableCopy {
  readonly tables: readonly Table[];
}

const TABLES = `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind = 'p' AS is_parent FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`;
const CHILDREN = `SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE i.inhparent = $1::regclass ORDER BY 1`;

/** Copies every table out, as of the same moment. @param url of a superuser, in the service's database */
export async function copyOut(url: string): Promise<TableCopy> {
  return withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: names } = await client.query<{ name: string; is_parent: boolean }>(TABLES);
    const tables: Table[] = [];
    for (const { name, is_parent: isParent } of names) {
      const children = isParent ? (await client.query<Child>(CHILDREN, [name])).rows : [];
      const { rows } = await client.query<{ all: string }>(
        `SELECT coalesce(json_agg(t), '[]'::json)::text AS all FROM ${name} t`,
      );
      tables.push({ name, children, rows: rows[0]?.all ?? '[]' });
    }
    await client.query('COMMIT');
    return { tables };
  });
}

/**
 * Replaces the contents of a database with a copy. The service's migrations must have made its schema. The triggers
 * that protect the ledger do not fire, as for anybody who restores a database.
 */
export async function copyIn(url: string, { tables }: TableCopy): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('BEGIN');
    await client.query(`SET LOCAL session_replication_role = 'replica'`);
    for (const table of tables) {
      if (table.children.length > 0) await makeChildren(client, table);
      // Not TRUNCATE: to a statement that waited for it, the table would look empty.
      await client.query(`DELETE FROM ${table.name}`);
      await client.query(`INSERT INTO ${table.name} SELECT * FROM json_populate_recordset(NULL::${table.name}, $1)`, [
        table.rows,
      ]);
    }
    await client.query('COMMIT');
  });
}

async function makeChildren(client: pg.Client, { name, children }: Table): Promise<void> {
  const { rows: present } = await client.query<Child>(CHILDREN, [name]);
  const { rows: owners } = await client.query<{ owner: string }>(
    'SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = $1::regclass',
    [name],
  );
  for (const child of present) {
    if (!children.some((each) => each.name === child.name)) await client.query(`DROP TABLE ${child.name}`);
  }
  for (const child of children) {
    if (present.some((each) => each.name === child.name)) continue;
    if (name === 'public.outbox') {
      // A day of the outbox has parts of its own.
      await client.query(`SELECT create_outbox_day(to_date(right($1, 8), 'YYYYMMDD'))`, [child.name]);
      continue;
    }
    await client.query(`CREATE TABLE ${child.name} (LIKE ${name} INCLUDING ALL)`);
    await copyStatistics(client, name, child.name);
    await client.query(`ALTER TABLE ${name} ATTACH PARTITION ${child.name} ${child.bound}`);
    await client.query(`ALTER TABLE ${child.name} OWNER TO ${owners[0]?.owner ?? ''}`);
  }
}

/** `LIKE` leaves them out, but a dump does not. */
async function copyStatistics(client: pg.Client, from: string, to: string): Promise<void> {
  const { rows } = await client.query<{ name: string; target: number }>(
    `SELECT attname AS name, attstattarget AS target FROM pg_attribute
      WHERE attrelid = $1::regclass AND attstattarget >= 0`,
    [from],
  );
  for (const { name, target } of rows) {
    await client.query(`ALTER TABLE ${to} ALTER COLUMN "${name}" SET STATISTICS ${target}`);
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
