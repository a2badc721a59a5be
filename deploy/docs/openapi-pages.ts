import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { services } from '#libs/contracts';
import { repositoryRoot } from '../local/layout.js';
import { yamlOf } from './pages.js';

const run = promisify(execFile);

/** The description that each built service prints of its routes, by the path of its page in the repository. */
export async function openApiPages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const service of services) {
    const program = join(repositoryRoot, 'dist', 'apps', service, 'src', 'main.js');
    const { stdout } = await run(process.execPath, [program, 'openapi'], { maxBuffer: 10_000_000 });
    pages.set(`docs/openapi/${service}.yaml`, yamlOf(JSON.parse(stdout) as object));
  }
  return pages;
}
