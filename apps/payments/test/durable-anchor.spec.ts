import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';

import { DiskTrace } from '../../../test/support/disk-trace.js';

const trace = new DiskTrace(process.getBuiltinModule('node:fs'));
jest.unstable_mockModule('node:fs', () => trace.module());
const { AnchorFile } = await import('../src/ledger/anchor-file.adapter.js');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anchor-'));
  trace.forget();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('the anchor is on the disk, and its name too, before payments acts on what it moved', async () => {
  const path = join(folder, 'payments.json');
  const anchor = new AnchorFile(path);
  for (const seq of [1n, 2n]) {
    trace.forget();
    await anchor.locked(() => Promise.resolve(anchor.write({ seq, hash: 'A'.repeat(43) })));
    expect(trace.leftAtRisk()).toEqual([]);
    expect(trace.calls).toEqual([`sync ${path}.next`, `rename ${path}`, `sync ${folder}`]);
    expect(anchor.read()).toEqual({ seq, hash: 'A'.repeat(43) });
  }
});
