import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SealingError } from '../../errors.js';
import { kernelRandom } from '../kernel-random.js';

const WAIT_MS_MAX = 15_000;
const BACK_OFF_MS = 5;
const FOREIGN_WRITER_MS = 30_000;

/**
 * Lets one writer at a time work on a keyring, over all processes of one machine.
 *
 * Each writer announces itself with its own file (`<name>.writer.<pid>-<start>-<random>-<where>`), and then looks for
 * other files. It continues when it sees no other living writer. Otherwise it removes its file and tries again. Of two
 * writers that announce themselves together at least one sees the other. The file of a dead writer has a name that is
 * never used again, so that anybody may remove it without a race. Process numbers of another container mean nothing
 * here. Its writer counts as alive for half a minute, a hundred times longer than a write takes.
 *
 * @param work synchronous, so that nothing else of this process runs in between
 *
 * @throws SealingError `keyring-busy` after 15 s
 */
export async function withWriterLock<T>(dir: string, name: string, work: () => T): Promise<T> {
  const prefix = `${name}.writer.`;
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const drawn = kernelRandom(6).toString('hex');
    const own = `${prefix}${process.pid}-${startOf(process.pid) ?? 0}-${drawn}-${namespace()}`;
    closeSync(openSync(join(dir, own), 'wx', 0o600));
    try {
      if (!hasRival(dir, prefix, own)) return work();
    } finally {
      rmSync(join(dir, own), { force: true });
    }
    if (performance.now() > deadlineMs) throw new SealingError('keyring-busy');
    await sleep(BACK_OFF_MS + Math.random() * BACK_OFF_MS * 4);
  }
}

function hasRival(dir: string, prefix: string, own: string): boolean {
  const others = readdirSync(dir).filter((file) => file.startsWith(prefix) && file !== own);
  const living = others.filter((file) => isAlive(join(dir, file), file.slice(prefix.length)));
  for (const dead of others.filter((file) => !living.includes(file))) rmSync(join(dir, dead), { force: true });
  return living.length > 0;
}

function isAlive(path: string, writer: string): boolean {
  const [pid, start] = writer.split('-', 2).map(Number);
  const where = writer.split('-')[3];
  if (where !== undefined && where !== namespace()) return isYoung(path);
  if (pid === undefined || !Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process lives, under another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // Another process may have got the same number since then. In a container the number is always the same.
  return start === 0 || startOf(pid) === start;
}

function isYoung(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs < FOREIGN_WRITER_MS;
}

/** Names the container, because only process numbers of the same container can be compared. */
function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
  } catch {
    return '0';
  }
}

/** The start of a process, in clock ticks since boot. 0 where the system has no such number (no Linux). */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22. The second field is a name in brackets and may contain blanks and brackets.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}
