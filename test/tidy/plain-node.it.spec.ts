import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

/**
 * Jest accepts code that Node refuses: named imports from CommonJS packages, and a polyfill that another file loaded by
 * chance. So each library is loaded once as a service would load it: built, first, in its own process.
 */
describe('in plain Node', () => {
  const libs = readdirSync(join(repositoryRoot, 'libs'));

  it.each(libs)('the library %s can be loaded', (lib) => {
    const args = ['--input-type=module', '--eval', `await import('#libs/${lib}')`];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: repositoryRoot, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('a text is read from an odd address without harm', () => {
    // Node 24.20.0 and 24.21.0 abort here ("double free or corruption").
    const loop = `for (let n = 0; n < 20_000; n += 1) Buffer.alloc(3002).subarray(1).toString('utf16le')`;
    const { status, signal } = spawnSync(process.execPath, ['--eval', loop]);
    expect({ status, signal }).toEqual({ status: 0, signal: null });
  });

  it('is the version that the documents and the lock file name', () => {
    const named = readFileSync(join(repositoryRoot, '.nvmrc'), 'utf8').trim();
    const { packages } = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly version?: string }>>;
    };
    const locked = ['x64', 'arm64'].map((arch) => packages[`node_modules/node-linux-${arch}`]?.version);
    expect(locked).toEqual([named, named]);
    expect(process.versions.node).toBe(named);
  });
});
