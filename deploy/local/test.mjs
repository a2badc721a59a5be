// `npm test`: every check that gates a change, in one run. `npm run test:long`: tests that take too long for a change.
// Prints a line per stage and, as the last line, "N passed, N failed": each check counts as one, each test as one.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensure } from './ensure.mjs';

await ensure(import.meta.url);

const root = fileURLToPath(new URL('../..', import.meta.url));
const minuteMs = 60_000;
const isLong = process.argv.includes('--long');
/** Ten times as many as in `npm test`. */
const SIMULATION_RUNS = '7000';
const total = { passed: 0, failed: 0 };
let running;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endGroup('SIGTERM');
    process.exit(130);
  });
}

await removeLeftovers();
const results = await mkdtemp(join(tmpdir(), 'test-results-'));
try {
  await (isLong ? long() : gate());
} finally {
  await rm(results, { recursive: true, force: true });
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function gate() {
  // All checks run even if one fails, so that one run reports all problems.
  await check('format', 'prettier', ['--check', '--log-level', 'warn', '.']);
  await check('lint', 'oxlint', ['--type-aware', '--format', 'unix']);
  await check('types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']);
  await check('boundaries', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'deploy', 'test']);
  // Tests start services from the build; without one, each of them would fail.
  if (await check('build', 'node', ['deploy/local/build.mjs'])) {
    await tests('unit tests', 'jest.unit.config.js', 10 * minuteMs);
    await tests('integration tests', 'jest.it.config.js', 40 * minuteMs);
  }
}

async function long() {
  if (!(await check('build', 'node', ['deploy/local/build.mjs']))) return;
  await tests('fault tests', 'jest.faults.config.js', 60 * minuteMs);
  await tests('simulations', 'jest.unit.config.js', 20 * minuteMs, ['apps/payments/test/simulation.spec.ts']);
  // Fails with a message if there is no container engine.
  if (await check('container engine', 'node', ['test/containers/run.mjs', '--look'])) {
    await tests('container tests', 'jest.containers.config.js', 20 * minuteMs);
  }
}

/** One check. Prints its output only if it fails. */
async function check(name, program, args) {
  const { code, output, seconds } = await run(program, args, { show: false, timeoutMs: 5 * minuteMs });
  const isGood = code === 0;
  if (!isGood) console.log(output.trimEnd());
  report(name, seconds, isGood ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  return isGood;
}

/** One run of Jest, shown while it runs; its tests are counted one by one. */
async function tests(name, config, timeoutMs, only = []) {
  const file = join(results, `${config}.json`);
  const flags = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
  ];
  const args = [...flags, 'node_modules/jest/bin/jest.js', '--config', config, '--json', '--outputFile', file, ...only];
  const { code, seconds } = await run('node', args, { show: true, timeoutMs });
  report(name, seconds, await countOf(file, code));
}

async function countOf(file, code) {
  try {
    const result = JSON.parse(await readFile(file, 'utf8'));
    // A file that could not be loaded has no tests to count; it counts as one failure.
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    return { passed: result.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function report(name, seconds, { passed, failed }) {
  total.passed += passed;
  total.failed += failed;
  const counted = passed + failed > 1 ? `, ${passed} passed, ${failed} failed` : '';
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s${counted})`);
}

/** Runs a program in its own process group, so that nothing it started outlives it. */
async function run(program, args, { show, timeoutMs }) {
  const began = performance.now();
  // Jest also writes its result to standard output, which is dropped; its report comes by standard error.
  const stdio = show ? ['ignore', 'ignore', 'inherit'] : ['ignore', 'pipe', 'pipe'];
  const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`;
  running = spawn(program, args, {
    cwd: root,
    stdio,
    detached: true,
    env: { ...process.env, ...(isLong ? { SIMULATION_RUNS } : {}), PATH: path },
  });
  let output = '';
  for (const stream of [running.stdout, running.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const timer = setTimeout(() => {
    console.log(`${program} took longer than ${timeoutMs / minuteMs} minutes and was ended`);
    endGroup('SIGKILL');
  }, timeoutMs);
  const code = await new Promise((resolve) => {
    running.once('error', () => resolve(1));
    running.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  clearTimeout(timer);
  endGroup('SIGKILL');
  running = undefined;
  return { code, output, seconds: (performance.now() - began) / 1000 };
}

function endGroup(signal) {
  try {
    if (running?.pid !== undefined) process.kill(-running.pid, signal);
  } catch {
    // No process of the group is left.
  }
}

/** Removes the folders in .local of test runs that were killed; their names hold the pid. */
async function removeLeftovers() {
  const folder = join(root, '.local');
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const pid = /^(?:test|test-broker|tidy)-(\d+)(?:-|$)/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
