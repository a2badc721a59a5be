// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

import { Command, CommanderError } from 'commander';

import { dayOf } from '#libs/contracts';
import { codeListsOf } from '#libs/household';
import { trustAuthority } from '#libs/service';

import type { App } from '../local/apps.js';
import { layoutAt, repositoryRoot } from '../local/layout.js';
import { StackProblem } from '../local/problem.js';
import { runningSystem } from '../local/running.js';
import { freePorts } from '../local/settings.js';
import { showStep } from '../local/show.js';
import { Stack } from '../local/stack.js';
import { demoLimits, kioskDoors, pinnedOf, writeDemoProfile } from './city.js';
import { peopleFor, type PublicProfile } from './people.js';
import { ProgressLine } from './progress-line.js';
import { judge, printReport, type JudgedSystem } from './report.js';
import { prepare, readUntilDone, submitAll, type Applicant, type Progress } from './run.js';

interface Options {
  readonly households: string;
  readonly atOnce: string;
  readonly seed: string;
  readonly plainTo?: string;
  readonly root: string;
  readonly city?: string;
  /** False with --without-texts. */
  readonly texts: boolean;
}

type Given = Omit<Options, 'texts'> & { readonly withoutTexts?: boolean };

interface System extends JudgedSystem {
  readonly pids: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const READ_AT_ONCE = 12;

/** `npm run demo`. Ends the process; the exit code is 0 if all checks pass. */
export async function main(args: readonly string[]): Promise<void> {
  let system: System | undefined;
  let code = 1;
  try {
    const options = parse(args);
    if (options === undefined) process.exit(0);
    system = await findOrStart(options);
    code = (await run(system, options)) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof StackProblem ? error.message : error);
  } finally {
    await system?.stop();
  }
  process.exit(code);
}

function parse(args: readonly string[]): Options | undefined {
  const command = new Command('npm run demo --')
    .description('Synthetic households apply through the public API, and each reads its answer with its receipt.')
    .option('--households <number>', 'number of households', '200')
    .option('--at-once <number>', 'number of simultaneous requests', '64')
    .option('--seed <number>', 'makes the same households again', String(Date.now() % 1_000_000))
    .option(
      '--plain-to <file>',
      'writes the typed values, one JSON object a line, so that disks can be searched for them',
    )
    .option('--without-texts', 'no household asks for texts: a system in production keeps its quiet hours')
    .option(
      '--root <folder>',
      'folder of the running system; if none runs, a new one starts in its folder demo',
      join(repositoryRoot, '.local'),
    )
    .option('--city <file>', 'file of a city that runs elsewhere; the keys of its devices are in the same folder')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  try {
    const { withoutTexts = false, ...given } = command.parse([...args], { from: 'user' }).opts<Given>();
    const options: Options = { ...given, texts: !withoutTexts };
    for (const name of ['households', 'atOnce', 'seed'] as const) {
      if (!/^\d{1,7}$/.test(options[name])) throw new StackProblem('bad-option', `--${optionOf(name)} takes a number`);
    }
    for (const name of ['households', 'atOnce'] as const) {
      if (Number(options[name]) === 0) throw new StackProblem('bad-option', `--${optionOf(name)} takes at least 1`);
    }
    return options;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new StackProblem('bad-option', `${error.message.replace(/^error: /, '')}; see npm run demo -- --help`);
  }
}

function optionOf(name: 'households' | 'atOnce' | 'seed'): string {
  return name === 'atOnce' ? 'at-once' : name;
}

/** Finds the running system. If none runs, starts one, which is stopped at the end; its files stay. */
async function findOrStart({ root, city }: Options): Promise<System> {
  if (city !== undefined) return systemElsewhere(resolve(city));
  const running = runningSystem(layoutAt(resolve(root)).running);
  if (running?.ready === true) {
    console.log(`Using the system that runs in ${relative(process.cwd(), running.root)} (profile ${running.profile}).`);
    return {
      urls: running.urls as Record<App, string>,
      internalUrls: running.internalUrls as Record<App, string>,
      root: running.root,
      pids: Object.fromEntries(running.processes.map(({ name, pid }) => [name, pid])),
      stop: () => Promise.resolve(),
    };
  }
  const own = join(resolve(root), 'demo');
  console.log(`Starting a new system in ${relative(process.cwd(), own)}.`);
  const { openingBalanceUsd, rapidPercentPerWeek, capPerSitePerHourUsd } = demoLimits;
  console.log(
    `Its profile is Los Angeles, changed: fund $${openingBalanceUsd}, rapid grants ${rapidPercentPerWeek} % of it ` +
      `a week, ${capPerSitePerHourUsd} per site and hour, 60 sites.`,
  );
  const stack = new Stack({
    root: own,
    ports: await freePorts(),
    profile: await writeDemoProfile(own),
    fresh: true,
    onStep: showStep,
    onDeath: (name, how, logFile) => console.error(`${name} ended (${how}), see ${relative(process.cwd(), logFile)}`),
  });
  const stop = (): void => void stack.stop().then(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await stack.start();
  const started = runningSystem(layoutAt(own).running);
  return {
    urls: stack.urls,
    internalUrls: stack.internalUrls,
    root: own,
    pids: Object.fromEntries((started?.processes ?? []).map(({ name, pid }) => [name, pid])),
    stop: () => stack.stop(),
  };
}

function systemElsewhere(file: string): System {
  const { services, internal, ca } = cityIn(file);
  if (ca !== undefined) trustAuthority(ca);
  return { urls: services, internalUrls: internal, root: dirname(file), pids: {}, stop: () => Promise.resolve() };
}

/** The content of the file, with the text of the authority that it names. @throws StackProblem `bad-option` */
function cityIn(file: string): { services: Record<App, string>; internal: Record<App, string>; ca?: string } {
  try {
    const city = JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof cityIn>;
    return city.ca === undefined ? city : { ...city, ca: readFileSync(resolve(dirname(file), city.ca), 'utf8') };
  } catch {
    throw new StackProblem('bad-option', '--city: the file, or the authority that it names, cannot be read');
  }
}

async function run(system: System, options: Options): Promise<boolean> {
  const doors = kioskDoors(system.root, system.urls.intake);
  const [door] = doors;
  if (door === undefined) throw new StackProblem('not-given', 'no kiosk is enrolled');
  const [directory, profile] = await Promise.all([door.directory(), door.profile() as Promise<PublicProfile>]);
  const today = dayOf(new Date());
  const people = peopleFor(profile, today, {
    households: Number(options.households),
    seed: Number(options.seed),
    texts: options.texts,
  });
  if (options.plainTo !== undefined) {
    // The only file that holds the typed values. It is readable by its owner only, even if the file existed before.
    await rm(options.plainTo, { force: true });
    const text = people.map(({ typed }) => `${JSON.stringify(typed)}\n`).join('');
    await writeFile(options.plainTo, text, { mode: 0o600, flag: 'wx' });
  }
  const preparing = new ProgressLine('sealing', people.length);
  const applicants = await prepare(
    people,
    doors,
    { directory, lists: codeListsOf(profile), pinned: pinnedOf(system.root), day: today },
    (count) => preparing.show({ sealed: count }),
  );
  preparing.end();

  const before = await judge.start(system.urls);
  const progress: Progress = { received: 0, decided: 0, paid: 0, notified: 0 };
  const line = new ProgressLine('running', people.length);
  const timer = setInterval(() => {
    line.show(countOf(applicants, progress));
    // If the carrier does not answer, the next interval asks again.
    void judge.textsSince(system.urls, before).then(
      (texts) => (progress.notified = texts),
      () => undefined,
    );
  }, 500);
  const began = performance.now();
  const reading = readUntilDone(applicants, {
    today,
    atOnce: READ_AT_ONCE,
    timeoutMs: 120_000 + people.length * 100,
    isDone: hasSettled,
  });
  await submitAll(applicants, Number(options.atOnce));
  const unsettled = await reading;
  const endedMs = performance.now() - began;
  clearInterval(timer);
  progress.notified = await judge.textsUntil(system.urls, before, textsDue(applicants));
  line.show(countOf(applicants, progress));
  line.end();
  const verdict = await judge.end(system, { applicants, before, unsettled, textsDue: textsDue(applicants) });
  printReport({ applicants, elapsedMs: endedMs, verdict, pids: system.pids });
  return verdict.isGood;
}

/** The number of texts that must be sent: one to each household that asked for texts and has news. */
function textsDue(applicants: readonly Applicant[]): number {
  return applicants.filter(({ wantsTexts, status }) => wantsTexts && status !== 'received' && status !== 'approved')
    .length;
}

/** A payment that is still being prepared after this long waits for people or for the next hour of its site. */
const WAITS_FOR_PEOPLE_MS = 15_000;

/**
 * True if a case is decided and, if its release is automatic, paid. A case that waits for people has gone as far as it
 * can.
 */
function hasSettled({ decidedAt, status, codes, preparedAt }: Applicant): boolean {
  if (decidedAt === 0) return false;
  if (status === 'ready-to-collect') return codes.length > 0;
  if (status !== 'approved') return true;
  return preparedAt > 0 && performance.now() - preparedAt > WAITS_FOR_PEOPLE_MS;
}

function countOf(applicants: readonly Applicant[], progress: Progress): Progress {
  progress.received = applicants.filter(({ receivedAt }) => receivedAt > 0).length;
  progress.decided = applicants.filter(({ decidedAt }) => decidedAt > 0).length;
  progress.paid = applicants.filter(({ paidAt }) => paidAt > 0).length;
  return progress;
}
