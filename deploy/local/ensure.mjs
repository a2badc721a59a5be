// Prepares a fresh checkout: installs the packages of the lock file, one of which brings Node 24. Runs on any Node from
// 20 before anything is installed, so it imports built-in modules only.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const nodeMajor = 24;
// The Kafka client sets a timer in the past; without this flag, Node prints a useless warning at every start.
const nodeFlag = '--disable-warning=TimeoutNegativeWarning';
// `SIGUSR1` would open Node's debugger in a process that holds passwords.
const otherFlags = ['--disable-sigusr1'];

/**
 * Must be called first in a command's script. Installs what is missing, then runs the same script again on Node 24,
 * waits for it and ends with its exit code. Returns only under Node 24 with everything installed.
 *
 * @param {string} script the script's import.meta.url
 */
export async function ensure(script) {
  if (!isInstalled()) install();
  const isNew = Number(process.versions.node.split('.')[0]) >= nodeMajor;
  if (isNew && process.execArgv.includes(nodeFlag)) return;
  const ours = join(root, 'node_modules', '.bin', 'node');
  if (!isNew && !existsSync(ours)) {
    fail(`Node ${nodeMajor} is needed and no package brings it on this platform. Install it and start again.`);
  }
  const node = existsSync(ours) ? ours : process.execPath;
  process.exit(await runAgain(node, [nodeFlag, ...otherFlags, fileURLToPath(script), ...process.argv.slice(2)]));
}

/** npm writes this file at the very end of an installation, so a broken installation has none. */
function isInstalled() {
  const note = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(note)) return false;
  const installed = JSON.parse(readFileSync(note, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    const there = installed[path];
    return there === undefined ? Boolean(entry.optional || entry.devOptional) : there.version === entry.version;
  });
}

function install() {
  console.log('Installing packages (npm ci) ...');
  // Under `npm start`, `npm_execpath` is the npm that runs this script; otherwise the npm on the PATH is used.
  const self = process.env.npm_execpath;
  const [command, first] = self?.endsWith('.js') ? [process.execPath, [self]] : ['npm', []];
  // Engine warnings concern this Node, but the packages run on the Node that they bring.
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund'];
  // The PostgreSQL package links its libraries in a script, even if the user's own npm settings forbid scripts.
  const scripts = '--ignore-scripts=false';
  const args = [...first, 'ci', scripts, '--include=dev', '--include=optional', ...quiet];
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error?.code === 'ENOENT') fail('npm was not found. Install Node 20 or newer together with npm.');
  if (status !== 0) fail('npm ci failed, see above. Check the network and the disk, then start again.');
}

/**
 * A Ctrl-C reaches both processes; a signal sent to this process alone is forwarded. Resolves when the other has ended.
 */
function runAgain(node, args) {
  // Node cannot set the limit of core files, so a shell sets it and then becomes Node.
  const child = spawn('/bin/sh', ['-c', 'ulimit -S -c 0 && exec "$0" "$@"', node, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
