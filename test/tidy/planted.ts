import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { repositoryRoot } from '../../deploy/local/layout.js';

export interface Plant {
  /** The rule that must report the file. */
  readonly rule: string;
  readonly file: string;
  readonly text: string;
}

/**
 * A small repository with the real configuration and only the given files. It is inside the real repository, so that
 * packages are found, and tools that run in it see the same relative paths.
 */
export class PlantedRepository {
  readonly root = join(repositoryRoot, '.local', `tidy-${process.pid}-${Math.random().toString(36).slice(2)}`);

  constructor(plants: readonly Plant[], others: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.root, { recursive: true });
    const rules = ['.dependency-cruiser.cjs', '.dependency-cruiser.kinds.cjs'];
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.base.json', ...rules]) {
      cpSync(join(repositoryRoot, name), join(this.root, name));
    }
    const files = { ...others, ...Object.fromEntries(plants.map(({ file, text }) => [file, text])) };
    // Tools that honour .gitignore stop here, and do not see that the folder is ignored from above.
    mkdirSync(join(this.root, '.git'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      writeFileSync(join(this.root, file), text);
    }
  }

  /** Runs a package's program here and returns its standard output, whatever its exit code. */
  run(program: string, args: readonly string[]): string {
    const path = join(repositoryRoot, 'node_modules', '.bin', program);
    const { stdout, error } = spawnSync(path, [...args], {
      cwd: this.root,
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, PATH: `${join(repositoryRoot, 'node_modules', '.bin')}:${process.env['PATH']}` },
    });
    if (error !== undefined) throw error;
    return stdout;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
