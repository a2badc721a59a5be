import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

import { coreFilesIn, withholdMemory } from './core-files.js';

describe('core files', () => {
  it.each([
    ['Max core file size        0                    unlimited            bytes     ', 'off'],
    ['Max core file size        0                    0                    bytes     ', 'off'],
    ['Max core file size        unlimited            unlimited            bytes     ', 'on'],
    ['Max core file size        4096                 unlimited            bytes     ', 'on'],
    ['Max open files            0                    0                    files     ', 'unknown'],
  ])('are read from the limit in force: %s', (line, state) => {
    expect(coreFilesIn(`Limit  Soft Limit  Hard Limit  Units\n${line}\nMax processes  1 1 processes\n`)).toBe(state);
  });

  it('hold no memory of this process, whatever the limit is', () => {
    expect(withholdMemory()).toBe(coreFilesIn(readFileSync('/proc/self/limits', 'utf8')));
    expect(readFileSync('/proc/self/coredump_filter', 'utf8').trim()).toBe('00000000');
  });

  it('hold no memory of a process that it starts', () => {
    const { stdout } = spawnSync('cat', ['/proc/self/coredump_filter'], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('00000000');
  });
});
