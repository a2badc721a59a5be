import { LIVE_RIGHTS, LIVE_SCHEMA } from './live-schema.js';
import { declaredRights, type RightsDeclaration } from './rights.js';

/** What a service's database contains, and what the service's role may do in it. */
export interface DatabaseDeclaration extends RightsDeclaration {
  /** The lines that `LIVE_SCHEMA` reports. `npm run docs:write` writes them. */
  readonly schema: readonly string[];
}

interface Reader {
  query(text: string): Promise<{ readonly rows: unknown[] }>;
}

/** One thing that differs. `what` names it, and holds no definition and no value. */
export interface SchemaDifference {
  readonly what: string;
  readonly how: 'missing' | 'undeclared' | 'different';
}

/** Reads what the database contains. */
export function liveSchema(reader: Reader): Promise<readonly string[]> {
  return linesOf(reader, LIVE_SCHEMA);
}

/** Reads what the role of the reader's session can do. */
export function liveRights(reader: Reader): Promise<readonly string[]> {
  return linesOf(reader, LIVE_RIGHTS);
}

async function linesOf(reader: Reader, statement: string): Promise<readonly string[]> {
  const { rows } = await reader.query(statement);
  return (rows as { readonly line: string }[]).map(({ line }) => line).toSorted();
}

/** Compares the live database, as the role of the reader's session sees it, with what is declared. */
export async function schemaDifferences(
  reader: Reader,
  declaration: DatabaseDeclaration,
): Promise<readonly SchemaDifference[]> {
  const live = [...(await liveSchema(reader)), ...(await liveRights(reader))];
  return differences(live, [...declaration.schema, ...declaredRights(declaration)]);
}

/** Compares lines of the form `what: definition`. */
export function differences(live: readonly string[], declared: readonly string[]): readonly SchemaDifference[] {
  const [here, wanted] = [new Set(live), new Set(declared)];
  const extra = live.filter((line) => !wanted.has(line)).map(nameOf);
  const lacking = declared.filter((line) => !here.has(line)).map(nameOf);
  const names = [...new Set([...extra, ...lacking])].toSorted();
  return names.map((what) => ({ what, how: howOf(extra.includes(what), lacking.includes(what)) }));
}

function howOf(isExtra: boolean, isLacking: boolean): SchemaDifference['how'] {
  if (isExtra && isLacking) return 'different';
  return isExtra ? 'undeclared' : 'missing';
}

/** A right is named with what it allows, because one name can have several. */
function nameOf(line: string): string {
  if (/^(right|grant) /.test(line)) return line.replace(': ', ', ');
  return line.slice(0, Math.max(0, line.indexOf(':')));
}
