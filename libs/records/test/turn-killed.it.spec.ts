import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { keyLife } from '#libs/contracts';
import { repositoryRoot } from '../../../deploy/local/layout.js';
import { FileKeyring } from '../../sealing/src/index.js';
import { partitionOf, Records, type TurnFailpoint } from '../src/index.js';
import { keptKinds, type ProcessOptions } from './kept-kinds.js';
import { bytes, openStore, type Store } from './support.js';

const NIGHT = 20_000;
const TODAY = '2026-11-25';
const COUNT = 20_000;
/** Number of writes of each process before the turn begins. */
const WRITES = 100;

/** A separate process and its output. */
class Instance {
  readonly wrote = new Map<number, number>();
  private readonly begun = new Map<number, number>();
  readonly lines: string[] = [];
  readonly ended: Promise<NodeJS.Signals | number | null>;
  private exit: NodeJS.Signals | number | null | undefined;
  private readonly child: ChildProcess;
  private readonly waiting: { readonly start: string; readonly resolve: (line: string) => void }[] = [];

  constructor(options: ProcessOptions) {
    const program = join(repositoryRoot, 'dist/libs/records/test/turning-process.js');
    const env = { ...process.env, OPTIONS: JSON.stringify(options) };
    this.child = spawn('node', [program], { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code, signal) => resolve((this.exit = signal ?? code))),
    );
    if (this.child.stdout !== null) createInterface(this.child.stdout).on('line', (line) => this.hear(line));
  }

  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Resolves with the first line that begins so, even if it came already. */
  says(start: string): Promise<string> {
    const known = this.lines.find((line) => line.startsWith(start));
    return known === undefined
      ? new Promise((resolve) => this.waiting.push({ start, resolve }))
      : Promise.resolve(known);
  }

  /** Resolves once this number of writes is acknowledged. */
  async hasWritten(count: number): Promise<void> {
    while (this.wrote.size < count && this.exit === undefined) await sleep(20);
  }

  /** Whether it has begun this write and not reported its end. */
  isUnsaid(at: number): boolean {
    return (this.begun.get(at) ?? 0) > 0;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private hear(line: string): void {
    const [word, at, n] = line.split(' ');
    if (word === 'begins') return void this.begun.set(Number(at), (this.begun.get(Number(at)) ?? 0) + 1);
    if (word === 'wrote') {
      this.wrote.set(Number(at), Number(n));
      this.begun.set(Number(at), (this.begun.get(Number(at)) ?? 0) - 1);
      return;
    }
    this.lines.push(line);
    for (const { start, resolve } of this.waiting) if (line.startsWith(start)) resolve(line);
  }
}

let store: Store<FileKeyring>;
let folder: string;
let records: Records;
const instances: Instance[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turn-killed-'));
  const place = {
    privateDir: join(folder, 'private'),
    publicRoot: join(folder, 'public'),
    service: 'payments',
    life: keyLife,
  };
  const keys = await FileKeyring.create(place);
  store = await openStore(keptKinds, NIGHT, keys);
  records = store.records;
  for (let at = 0; at < COUNT; at += 2_000) {
    const rows = Array.from({ length: 2_000 }, (_, next) => ({ value: bytes(`value-${at + next}`), body: { n: 0 } }));
    await store.run(async (tx) => (await records.begin(tx)).put('case', rows));
  }
});

afterEach(async () => {
  for (const instance of instances.splice(0)) instance.kill();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function instanceOf(own: number, dieAt?: TurnFailpoint): Instance {
  const instance = new Instance({
    url: store.url,
    privateDir: join(folder, 'private'),
    publicRoot: join(folder, 'public'),
    night: NIGHT + 1,
    today: TODAY,
    own,
    count: COUNT,
    ...(dieAt === undefined ? {} : { dieAt }),
  });
  instances.push(instance);
  return instance;
}

/** Returns every record with its count, of all nights. A record that was there twice would be counted twice. */
async function everything(): Promise<Map<string, number[]>> {
  const rows = await store.run(async (tx) => (await records.begin(tx)).scan<{ n: number }>('case', 1_000_000));
  const found = new Map<string, number[]>();
  for (const { value, body } of rows) {
    const name = Buffer.from(value).toString();
    found.set(name, [...(found.get(name) ?? []), body.n]);
  }
  return found;
}

describe('two instances on 20,000 records, with reads and writes beside', () => {
  it.each<TurnFailpoint>(['begun', 'batch-moved', 'emptied', 'dropped', 'completed'])(
    'lose nothing and double nothing when the one that turns is killed when it has %s',
    async (where) => {
      const [first, second] = [instanceOf(0, where), instanceOf(1)];
      await Promise.all([first.hasWritten(WRITES), second.hasWritten(WRITES)]);
      first.tell('turn');
      await first.says('point begun');
      second.tell('turn');
      expect(await first.ended).toBe('SIGKILL');
      const turned = JSON.parse((await second.says('turned ')).slice('turned '.length)) as { nightsDropped: number[] };
      second.tell('stop');
      expect(await second.ended).toBe(0);
      // Traffic kept its pace even during the turn. On a machine with other work it may fall behind.
      const kept = Number((await second.says('stopped ')).slice('stopped '.length));
      expect(kept).toBeGreaterThan(0.5);
      const wasDropped = where === 'dropped' || where === 'completed';
      expect(turned.nightsDropped).toEqual(wasDropped ? [] : [NIGHT]);
      const found = await everything();
      expect([...found].filter(([, counts]) => counts.length !== 1)).toEqual([]);
      for (const instance of [first, second]) {
        expect(instance.wrote.size).toBeGreaterThanOrEqual(WRITES);
        const wrong = [...instance.wrote].filter(([at, n]) => {
          const [now = -1] = found.get(`value-${at}`) ?? [];
          // The killed process may have committed a write that it could not report any more.
          return now < n || now > n + (instance === first && instance.isUnsaid(at) ? 1 : 0);
        });
        expect(wrong).toEqual([]);
      }
      const numberOf = (name: string): number => Number(name.slice('value-'.length));
      const isSaid = (at: number): boolean => [first, second].some(({ wrote }) => wrote.has(at));
      const unsaid = [...found].filter(([name, [n]]) => {
        const at = numberOf(name);
        return !isSaid(at) && (n !== 0 || at >= COUNT);
      });
      expect(unsaid.filter(([name]) => !first.isUnsaid(numberOf(name)))).toEqual([]);
      const missing = Array.from({ length: COUNT }, (_, at) => at).filter((at) => !found.has(`value-${at}`));
      expect(missing).toEqual([]);
      const { rows } = await store.pool.query(
        'SELECT night, tableoid::regclass::text AS part FROM record GROUP BY 1, 2',
      );
      expect(rows).toEqual([{ night: NIGHT + 1, part: partitionOf(NIGHT + 1) }]);
    },
  );
});
