import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SealingError } from '../../errors.js';

const WAIT_MS_MAX = 15_000;
const BACK_OFF_MS = 5;
const FOREIGN_WRITER_MS = 30_000;

/**
 * Lets one writer at a time work on a keyring, over all processes of one machine.
 *
 * Each writer announces itself with a file of its own (`<name>.writer.<pid>-<start>-<random>-<where>`), then looks who
 * else has: it goes ahead only when it sees no other living writer, otherwise it takes its file back and tries again.
 * Of two that announce themselves together at least one sees the other. A dead writer's file has a name nobody will
 * ever use again, so anyone may remove it: there is no lock to be taken over, and no race in doing so. Process numbers
 * of another container say nothing here; its writer counts as alive for half a minute, a hundred times longer than one
 * takes.
 *
 * @param work synchronous, so that within one process nothing comes between
 *
 * @throws SealingError `keyring-busy` after 15 s
 */
export async function withWriterLock<T>(dir: string, name: string, work: () => T): Promise<T> {
  const prefix = `${name}.writer.`;
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const own = `${prefix}${process.pid}-${startOf(process.pid) ?? 0}-${randomBytes(6).toString('hex')}-${namespace()}`;
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
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // The same number may have been given to another process since; in a container it is always the same one.
  return start === 0 || startOf(pid) === start;
}

function isYoung(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs < FOREIGN_WRITER_MS;
}

/** Which processes have numbers that mean something here: those of the same container. */
function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
  } catch {
    return '0';
  }
}

/** When a process began, in clock ticks since boot; 0 where the system does not say (no Linux). */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22; the second field, a name in brackets, may itself contain blanks and brackets.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return undefined;
  }
}
