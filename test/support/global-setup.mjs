// Runs once before the integration tests. Builds first: some tests start a service as the process it will be.
import { build } from '../../deploy/local/build.mjs';

export default async function globalSetup() {
  await build();
  const { sharedStackVariable, startShared } = await import('../../dist/test/support/shared.js');
  const started = await startShared();
  process.env[sharedStackVariable] = JSON.stringify(started.shared);
  globalThis.stopSharedStack = () => started.stop();
}
