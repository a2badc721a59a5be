// Runs once before the integration tests. It builds first, because some tests start a service as a process.
import { build } from '../../deploy/local/build.mjs';

export default async function globalSetup() {
  endWithParent();
  await build();
  const { sharedStackVariable, startShared } = await import('../../dist/test/support/shared.js');
  const started = await startShared();
  process.env[sharedStackVariable] = JSON.stringify(started.shared);
  globalThis.stopSharedStack = () => started.stop();
}

/** Ends this process when its parent is killed. Everything that it started ends with it (see deploy/local/child.ts). */
export function endWithParent() {
  const parent = process.ppid;
  const look = () => {
    if (process.ppid === parent) return;
    try {
      // Under `npm test` this process leads a process group that includes the workers.
      process.kill(-process.pid, 'SIGKILL');
    } catch {
      process.kill(process.pid, 'SIGKILL');
    }
  };
  setInterval(look, 1_000).unref();
}
