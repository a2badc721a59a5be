import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../../deploy/local/layout.js';

/**
 * Jest forgives what Node does not: named imports from CommonJS packages, and a polyfill that another file happened to
 * load. So each library is loaded once as a service would load it: built, first, in a process of its own.
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
