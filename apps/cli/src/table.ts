/** Lines with columns of one width; numbers are aligned right. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) => (/^-?\d+$/.test(cell) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** @param cents decimal, as the service sends it */
export function dollarsOf(cents: string): string {
  return `$${BigInt(cents) / 100n}.${cents.slice(-2).padStart(2, '0')}`;
}
