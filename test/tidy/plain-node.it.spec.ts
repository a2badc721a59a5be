import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
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
});
