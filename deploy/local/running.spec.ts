import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { claim, markOf, release, runningSystem, type RunningSystem } from './running.js';

const system = (launcher: RunningSystem['launcher']): RunningSystem => ({
  launcher,
  processes: [],
  ready: true,
  profile: 'los-angeles',
  urls: { intake: 'http://127.0.0.1:3001' },
  instances: { intake: ['http://127.0.0.1:3001'] },
  internalUrls: { intake: 'http://127.0.0.1:3009' },
  internalInstances: { intake: ['http://127.0.0.1:3009'] },
  brokers: '127.0.0.1:3007',
  root: '/r',
});

describe('a folder', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'running-'));
    file = join(folder, 'running.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('belongs to one launcher at a time', async () => {
    await claim(file, system(markOf('launcher', process.pid)));
    await expect(claim(file, system(markOf('launcher', process.pid)))).rejects.toMatchObject({
      code: 'already-running',
    });
    release(file);
    await claim(file, system(markOf('launcher', process.pid)));
  });

  it('tells others what runs, while it runs', async () => {
    expect(runningSystem(file)).toBeUndefined();
    await claim(file, system(markOf('launcher', process.pid)));
    expect(runningSystem(file)?.urls).toEqual({ intake: 'http://127.0.0.1:3001' });
  });

  it('of a launcher that died can be taken, also when its number was given to another process', async () => {
    await claim(file, system({ name: 'launcher', pid: process.pid, since: 'another time' }));
    expect(runningSystem(file)).toBeUndefined();
    await claim(file, system(markOf('launcher', process.pid)));
    expect(runningSystem(file)?.ready).toBe(true);
  });
});
