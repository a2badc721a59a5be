import { KEPT } from '#libs/database';

interface Query {
  query(text: string): Promise<{ readonly rows: unknown[] }>;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly meaning: string;
}

export interface Table {
  readonly name: string;
  readonly meaning: string;
  readonly columns: readonly Column[];
}

const HEAD = `# Databases

This page is generated from the databases' own comments by \`npm run docs:write\`; a test fails when it is not fresh or
when a table or a column has no comment. Each service has a database of its own. Outbox and records are divided into
partitions, by day and by night; the page shows the whole table.
`;

/**
 * Every table of a service's database with its comments. Partitions are left out, because they are like their table.
 */
export async function readTables(connection: Query): Promise<readonly Table[]> {
  const { rows } = await connection.query(
    `SELECT c.relname AS name, coalesce(obj_description(c.oid, 'pg_class'), '') AS meaning,
            json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
              'isOptional', NOT a.attnotnull, 'meaning', coalesce(col_description(c.oid, a.attnum), ''))
              ORDER BY a.attnum) AS columns
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname <> 'migration'
      GROUP BY c.oid, c.relname ORDER BY c.relname`,
  );
  return rows as Table[];
}

/** Tables and columns without a meaning, and tables without a comment on how long their rows are kept. */
export function unexplained(tables: readonly Table[]): readonly string[] {
  return tables.flatMap(({ name, meaning, columns }) => [
    ...(meaning.includes(KEPT) ? [] : [name]),
    ...columns.filter((column) => column.meaning === '').map((column) => `${name}.${column.name}`),
  ]);
}

/** `docs/database.md`. Tables that all services have are listed once, at the beginning. */
export function databasePage(services: ReadonlyMap<string, readonly Table[]>): string {
  const counts = new Map<string, number>();
  for (const { name } of [...services.values()].flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const isShared = ({ name }: Table): boolean => counts.get(name) === services.size;
  const [first = []] = services.values();
  const sections: readonly (readonly [string, readonly Table[]])[] = [
    ['In every database', first.filter(isShared)],
    ...[...services].map(([service, tables]) => [service, tables.filter((table) => !isShared(table))] as const),
  ];
  return [
    HEAD,
    ...sections.map(([title, tables]) =>
      [`## ${title}\n`, ...(tables.length === 0 ? ['No other table.\n'] : tables.map(sectionOf))].join('\n'),
    ),
  ].join('\n');
}

function sectionOf({ name, meaning, columns }: Table): string {
  const [what = '', kept = ''] = meaning.split(KEPT);
  return [
    `### ${name}`,
    what,
    `Kept: ${kept}`,
    columns
      .map((column) => `- \`${column.name}\` ${column.type}${column.isOptional ? ', optional' : ''}: ${column.meaning}`)
      .join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}
