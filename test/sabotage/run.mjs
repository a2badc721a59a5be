// `npm run test:sabotage [-- [--why] words of a promise]`: takes away the mechanism of each promise, one at a time, in
// a copy of this working tree, and runs the one test that has to notice. Last line "N passed, N failed": passed is what
// turned red.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

import { ensure } from '../../deploy/local/ensure.mjs';

await ensure(import.meta.url);

const { build } = await import('../../deploy/local/build.mjs');
await build();
const { twins } = await import('../../dist/test/sabotage/twins.js');
const { pageOf } = await import('../../dist/test/sabotage/page.js');
const root = fileURLToPath(new URL('../..', import.meta.url));
if (process.argv.includes('--write')) {
  const page = join(root, 'docs', 'sabotage.md');
  await writeFile(page, pageOf(await readFile(page, 'utf8'), twins));
  process.exit(0);
}
const words = process.argv.slice(2).filter((word) => word !== '--why');
const isWhyShown = words.length < process.argv.length - 2;
const pattern = words.join(' ').toLowerCase();
const chosen = twins.filter(({ promise, file, test }) => `${promise} ${file} ${test}`.toLowerCase().includes(pattern));
const timeoutMs = { unit: 90_000, it: 240_000, faults: 400_000 };
let running;

const copy = await mkdtemp(join(tmpdir(), 'sabotage-'));
process.on('exit', () => {
  endGroup('SIGTERM');
  rmSync(copy, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

await copyTree();
const total = { passed: 0, failed: 0 };
for (const [at, twin] of chosen.entries()) {
  const began = performance.now();
  const verdict = await verdictOf(twin);
  total[verdict === 'red' ? 'passed' : 'failed'] += 1;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${`${at + 1}`.padStart(2)}/${chosen.length} ${verdict.padEnd(11)} ${twin.promise} (${seconds} s)`);
  if (verdict !== 'red')
    console.log(`      ${twin.file}: ${twin.test}${twin.name === undefined ? '' : `, "${twin.name}"`}`);
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

async function copyTree() {
  const left = new Set(['node_modules', 'dist', '.local', '.git', '.env', 'coverage']);
  await cp(root, copy, { recursive: true, filter: (path) => !left.has(relative(root, path)) });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
}

/** `red` is as it must be; `did not run`: the twin itself is wrong, and proves nothing. */
async function verdictOf(twin) {
  const path = join(copy, twin.file);
  const text = await readFile(path, 'utf8');
  if (text.split(twin.find).length !== 2) return 'did not run';
  // A function, so that no `$` in the text means anything.
  await writeFile(
    path,
    text.replace(twin.find, () => twin.replace),
  );
  try {
    return await testVerdict(twin);
  } finally {
    await writeFile(path, text);
  }
}

async function testVerdict({ test, name }) {
  const kind = /\.(it|faults)\.spec\.ts$/.exec(test)?.[1] ?? 'unit';
  const report = join(copy, 'sabotage-report.json');
  await rm(report, { force: true });
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = [join(root, 'node_modules/jest/bin/jest.js'), '--config', `jest.${kind}.config.js`, '--bail=0'];
  const what = ['--runTestsByPath', test, ...(name === undefined ? [] : ['-t', name])];
  await run([...flags, ...jest, '--json', '--outputFile', report, ...what], timeoutMs[kind]);
  try {
    const result = JSON.parse(await readFile(report, 'utf8'));
    const { numFailedTests, numPassedTests, numRuntimeErrorTestSuites, testResults } = result;
    if (isWhyShown) showWhy(testResults);
    if (numRuntimeErrorTestSuites > 0 || numFailedTests + numPassedTests === 0) return 'did not run';
    return numFailedTests > 0 ? 'red' : 'STILL GREEN';
  } catch {
    return 'did not run';
  }
}

/** The first test that has noticed, and what it says: so that a person can see that it is red for the right reason. */
function showWhy(files) {
  const failed = files.flatMap((file) => file.assertionResults).find(({ status }) => status === 'failed');
  const lines = stripVTControlCharacters(failed?.failureMessages[0] ?? files[0]?.message ?? '').split('\n');
  // The output of a property-based test is long, and its cause comes last.
  const cause = lines.findLast((line) => /^\s*(?:Got|Caused by|\[?cause)/i.test(line));
  const told = lines.filter((line) => line.trim() !== '' && !/^\s+at /.test(line)).slice(0, 4);
  const said = cause === undefined ? told.join(' ') : cause;
  console.log(`      ${failed?.fullName ?? 'nothing failed'}: ${said.replaceAll(/\s+/g, ' ').slice(0, 220)}`);
}

/** In a process group of its own, so that nothing that a test started outlives it. */
async function run(args, limitMs) {
  const bin = `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`;
  running = spawn(process.execPath, args, {
    cwd: copy,
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, PATH: bin },
  });
  const timer = setTimeout(() => endGroup('SIGKILL'), limitMs);
  await new Promise((resolve) => {
    running.once('error', resolve);
    running.once('close', resolve);
  });
  clearTimeout(timer);
  endGroup('SIGKILL');
  running = undefined;
}

function endGroup(signal) {
  try {
    if (running?.pid !== undefined) process.kill(-running.pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}
