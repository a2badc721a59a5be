// `npm run test:containers`: PostgreSQL, Kafka and one household on the images that a city runs. It is not part of `npm
// test`, because it needs a container engine; without one it ends with an error.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { ensure } from '../../deploy/local/ensure.mjs';

await ensure(import.meta.url);

const { getContainerRuntimeClient } = await import('testcontainers');
try {
  await getContainerRuntimeClient();
} catch {
  console.error(
    'No container engine answers, so these tests did not run. Install Docker or Podman, start it and try again.',
  );
  process.exit(1);
}
if (process.argv.includes('--look')) process.exit(0);
const root = fileURLToPath(new URL('../..', import.meta.url));
const flags = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=TimeoutNegativeWarning',
];
const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.containers.config.js', ...process.argv.slice(2)];
spawn(process.execPath, [...flags, ...jest], { cwd: root, stdio: 'inherit' }).once('exit', (code) =>
  process.exit(code ?? 1),
);
