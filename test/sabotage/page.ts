import type { Twin } from './twin.js';

const FIRST_ROW = '| promise';

/** The page about sabotage with a row for each twin: its text is kept, its table is made anew. */
export function pageOf(page: string, twins: readonly Twin[]): string {
  const text = page.slice(0, page.indexOf(`\n${FIRST_ROW}`) + 1);
  const head = ['promise', 'mechanism that is taken away', 'test that turns red'];
  const rows = [head, ...twins.map(({ promise, without, test, name }) => [promise, without, testOf(test, name)])];
  const widths = head.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [text + line(head), rule, ...rows.slice(1).map(line), ''].join('\n');
}

function testOf(test: string, name: string | undefined): string {
  return name === undefined ? `\`${test}\`` : `\`${test}\` (${name})`;
}
