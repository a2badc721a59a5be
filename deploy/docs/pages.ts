import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

import {
  approvalOf,
  approvedLines,
  asyncApiDocument,
  dataFlowsPage,
  linesOf,
  presentPromises,
  wideningsOf,
} from '#libs/api-docs';

/** The promises of the first version. The file is never written again. */
const BASELINE = join('docs', 'contracts-baseline.txt');

/** A description as it is committed. */
export function yamlOf(description: object): string {
  return stringify(description, { lineWidth: 120, aliasDuplicateObjects: false });
}

/** Every page that is generated from the contracts, by its path in the repository. */
export async function generatedPages(root: string): Promise<ReadonlyMap<string, string>> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return new Map([
    ['docs/data-flows.md', dataFlowsPage()],
    ['docs/asyncapi.yaml', yamlOf(asyncApiDocument(version))],
  ]);
}

/** The widenings that nobody approved: neither the first version nor a decision record contains them. */
export async function unapproved(root: string): Promise<readonly string[]> {
  const decisions = join(root, 'docs', 'decisions');
  const records = await Promise.all((await readdir(decisions)).map((name) => readFile(join(decisions, name), 'utf8')));
  const baseline = (await readFile(join(root, BASELINE), 'utf8')).split('\n');
  return wideningsOf([...baseline, ...approvedLines(records.map(approvalOf))], linesOf(presentPromises));
}
