// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { join, relative, resolve } from 'node:path';

import { Command, CommanderError } from 'commander';

import type { App } from './apps.js';
import { clockDoubtOf } from './clock-doubt.js';
import { repositoryRoot } from './layout.js';
import { StackProblem } from './problem.js';
import { portsFrom } from './settings.js';
import { showStep } from './show.js';
import { Stack } from './stack.js';

interface CommandOptions {
  readonly profile: string;
  readonly fresh: boolean;
  readonly portsFrom: string;
  readonly root: string;
}

/** `npm start`. Ends the process: with 0 after an orderly stop, with 1 and one sentence after a problem. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const options = parse(args);
    if (options !== undefined) await runUntilStopped(options);
    process.exit(0);
  } catch (error) {
    // An unexpected error is a bug, for which the stack trace helps.
    console.error(error instanceof StackProblem ? error.message : error);
    process.exit(1);
  }
}

function parse(args: readonly string[]): CommandOptions | undefined {
  const command = new Command('npm start --')
    .description('Starts PostgreSQL, Kafka and all services on this machine.')
    .option('--profile <name>', 'the city: the name of a file in deploy/profiles', 'los-angeles')
    .option('--fresh', 'remove all data of earlier runs first', false)
    .option('--ports-from <number>', 'the first of twelve consecutive ports', '3001')
    .option('--root <folder>', 'folder for all data', join(repositoryRoot, '.local'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    return command.parse([...args], { from: 'user' }).opts<CommandOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new StackProblem('bad-option', `${error.message.replace(/^error: /, '')}; see npm start -- --help`);
  }
}

async function runUntilStopped(options: CommandOptions): Promise<void> {
  const stack: Stack = new Stack({
    root: resolve(options.root),
    ports: portsFrom(Number(options.portsFrom)),
    profile: options.profile,
    fresh: options.fresh,
    given: process.env,
    onStep: showStep,
    onDeath: (name, how, logFile) => void revive(stack, name, how, logFile),
  });
  const stopped = stopOnSignal(stack);
  const started = stack.start();
  // An interrupted start fails in some step, perhaps after this function has returned. That failure is not reported.
  started.catch(() => undefined);
  await Promise.race([started, stopped.done]).catch((error: unknown) => {
    if (!stopped.wasAsked()) throw error;
  });
  if (stopped.wasAsked()) return stopped.done;
  tellWhatRuns(stack, options.profile);
  const doubt = await clockDoubtOf(stack.internalUrls);
  if (doubt !== undefined) console.log(doubt);
  await stopped.done;
}

/** The first signal stops in good order; a further one, at least a second later, kills. */
function stopOnSignal(stack: Stack): { readonly done: Promise<void>; wasAsked(): boolean } {
  let askedAt: number | undefined;
  const done = new Promise<void>((resolve_) => {
    const onSignal = () => {
      if (askedAt === undefined) {
        askedAt = Date.now();
        console.log('Stopping ...');
        void stack.stop().then(() => {
          console.log('Stopped.');
          resolve_();
        });
      } else if (Date.now() - askedAt > 1_000) void stack.killAll();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
  return { done, wasAsked: () => askedAt !== undefined };
}

const lastRevival = new Map<string, number>();

/** Restarts a service that ended, as a cluster would do it. A service that ends twice in half a minute stays down. */
async function revive(stack: Stack, name: string, how: string, logFile: string): Promise<void> {
  const log = relative(process.cwd(), logFile);
  const isApp = name in stack.urls;
  const again = isApp && Date.now() - (lastRevival.get(name) ?? 0) > 30_000;
  const next = again ? 'starting it again' : 'it stays down until you stop the system and start it again';
  console.error(`${name} ended (${how}), see ${log}; ${next}`);
  if (!again) return;
  lastRevival.set(name, Date.now());
  try {
    await stack.restart(name as App);
    console.error(`${name} is back`);
  } catch (error) {
    console.error(error instanceof StackProblem ? error.message : error);
  }
}

function tellWhatRuns(stack: Stack, profile: string): void {
  const { ports, urls, internalUrls, layout } = stack;
  const apps = Object.entries(urls).map(([app, url]) => {
    const inside = internalUrls[app as App];
    return [app, inside === url ? url : `${url}  for operators ${inside}`] as const;
  });
  const own = stack.superuserUrl === undefined ? [] : [['PostgreSQL', `127.0.0.1:${ports.postgres}`] as const];
  const rows = [...apps, ...own, ['Kafka', stack.broker.brokers] as const];
  console.log(`\nRunning with the profile ${profile}:`);
  for (const [name, where] of rows) console.log(`  ${name.padEnd(15)} ${where}`);
  console.log(`Kept in ${relative(process.cwd(), layout.root)}, logs in ${relative(process.cwd(), layout.logs)}.`);
  console.log('Ctrl-C stops everything.');
}
