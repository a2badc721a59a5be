import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

interface Projects {
  readonly projects: Readonly<Record<string, { readonly type: string; readonly root: string }>>;
}

const { projects } = JSON.parse(readFileSync(join(repositoryRoot, 'nest-cli.json'), 'utf8')) as Projects;
const applications = Object.entries(projects)
  .filter(([, { type }]) => type === 'application')
  .map(([name]) => name);

interface Built {
  readonly status: number | null;
  readonly output: string;
}

/** Five compilers run, beside whole systems of other tests. */
const COMPILERS_MS = 400_000;

let out: string;
let built: ReadonlyMap<string, Built>;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'nest-build-'));
  const results = new Map<string, Built>();
  const queue = [...applications];
  // Two at a time, because each is a compiler.
  await Promise.all(
    [1, 2].map(async () => {
      for (let app = queue.shift(); app !== undefined; app = queue.shift()) results.set(app, await build(app));
    }),
  );
  built = results;
}, COMPILERS_MS);

afterAll(() => rm(out, { recursive: true, force: true }));

const typesFolder = join(repositoryRoot, 'node_modules', '@types');

/**
 * Runs `nest build APP` with the app's own settings into this test's own folder, because other tests use dist/.
 *
 * @param sources replaces the app's own sources
 */
async function build(app: string, sources?: string): Promise<Built> {
  const settings = join(out, `tsconfig.${app}.json`);
  const folder = join(repositoryRoot, 'apps', app);
  const compilerOptions = { outDir: join(out, app), typeRoots: [typesFolder], sourceMap: false };
  const include = [sources ?? join(folder, 'src/**/*.ts')];
  const own = { extends: join(folder, 'tsconfig.app.json'), include, exclude: ['**/*.spec.ts'], compilerOptions };
  if (sources !== undefined) Object.assign(compilerOptions, { rootDir: '/' });
  await writeFile(settings, JSON.stringify(own));
  const nest = join(repositoryRoot, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  // The command takes only paths relative to the folder in which it runs.
  const args = [nest, 'build', app, '--path', relative(repositoryRoot, settings)];
  const child = spawn(process.execPath, args, { cwd: repositoryRoot });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, output };
}

describe('nest build', () => {
  it('knows the four services, the simulator and the command', () => {
    expect(applications.toSorted()).toEqual([
      'cli',
      'eligibility',
      'intake',
      'notification',
      'payments',
      'rail-simulator',
    ]);
  });

  it.each(applications)('builds %s as nest-cli.json says', (app) => {
    expect(built.get(app)).toEqual({ status: 0, output: '' });
    expect(existsSync(join(out, app, 'apps', app, 'src', 'main.js'))).toBe(true);
  });

  it('fails on what does not compile', async () => {
    await writeFile(join(out, 'planted.ts'), 'export const count: number = "three";\n');
    const { status, output } = await build('intake', join(out, 'planted.ts'));
    expect(status).not.toBe(0);
    expect(output).toContain("Type 'string' is not assignable to type 'number'");
  });
});
