// Runs once before the integration tests. Builds first: some tests start a service as the process it will be.
import { build } from '../../deploy/local/build.mjs';

export default async function globalSetup() {
  endWithParent();
  await build();
  const { sharedStackVariable, startShared } = await import('../../dist/test/support/shared.js');
  const started = await startShared();
  process.env[sharedStackVariable] = JSON.stringify(started.shared);
  globalThis.stopSharedStack = () => started.stop();
}

/** When whoever runs the tests is killed, all of us end, and with us (see deploy/local/child.ts) what we started. */
export function endWithParent() {
  const parent = process.ppid;
  const look = () => {
    if (process.ppid === parent) return;
    try {
      // Under `npm test` we lead a process group that holds the workers, too.
      process.kill(-process.pid, 'SIGKILL');
    } catch {
      process.kill(process.pid, 'SIGKILL');
    }
  };
  setInterval(look, 1_000).unref();
}
