/** The lines of `LIVE_SCHEMA` in which a service's database differs from those of all others are its own. */
export interface SchemaFile {
  readonly path: string;
  readonly lines: readonly string[];
}

/** The files with everything that the databases contain. @param schemas the lines of each service's database */
export function schemaFiles(schemas: ReadonlyMap<string, readonly string[]>): readonly SchemaFile[] {
  const all = [...schemas.values()];
  const isShared = (line: string): boolean => all.every((lines) => lines.includes(line));
  return [
    { path: 'libs/service/src/definition/service-schema.ts', lines: (all[0] ?? []).filter(isShared) },
    ...[...schemas].map(([service, lines]) => ({
      path: `apps/${service}/src/migrations/0001-schema.ts`,
      lines: lines.filter((line) => !isShared(line)),
    })),
  ].filter(({ lines }) => lines.length > 0);
}

/** The text of such a file. */
export function schemaText({ path, lines }: SchemaFile): string {
  const service = /^apps\/(\w+)\//.exec(path)?.[1] ?? 'service';
  const whose =
    service === 'service' ? 'the database of every service' : `the database of ${service}, besides that of all`;
  return [
    '/**',
    ` * Everything in ${whose}.`,
    ' * `npm run docs:write` writes this file. A service does not start on a database that contains anything else.',
    ' */',
    `export const ${service}Schema: readonly string[] = [`,
    ...lines.map((line) => `  ${pieces(line).map(quoted).join(' +\n    ')},`),
    '];',
    '',
  ].join('\n');
}

/** A longer line does not fit on one of the file. */
const LINE_CHARACTERS = 115;

/** Pieces that fit on a line each. */
function pieces(line: string): readonly string[] {
  return quoted(line).length <= LINE_CHARACTERS ? [line] : (line.match(/.{1,100}/g) ?? [line]);
}

/** As Prettier quotes it. */
function quoted(line: string): string {
  const escaped = line.replaceAll('\\', '\\\\');
  return line.includes("'") ? `"${escaped.replaceAll('"', '\\"')}"` : `'${escaped}'`;
}
