/** What can keep the local system from starting, each with the sentence a person reads. */
const sentences = {
  'not-installed': 'A package that `npm ci` installs is missing. Delete node_modules and start again.',
  'java-missing': 'Java 17 or newer was not found. Install it (Debian: apt-get install openjdk-17-jre-headless).',
  'java-old': 'The Java on the PATH is older than 17. Install Java 17 or newer and put it first on the PATH.',
  'maven-missing':
    'Maven was not found and the Kafka jars are not cached yet. Install it (Debian: apt-get install maven).',
  'maven-failed': 'Maven could not fetch the Kafka jars. Check the network and the disk, then start again.',
  'port-busy': 'A port that the system needs is taken. Stop what uses it, or start with --ports-from N.',
  'disk-full': 'The disk is full. Free some space and start again.',
  'broker-down': 'Kafka did not come up.',
  'database-down': 'PostgreSQL did not come up.',
  'database-user':
    'PostgreSQL does not run as root, and no ordinary user can reach this folder. ' +
    'Start as an ordinary user, or move the folder.',
  'service-down': 'A service did not come up.',
  'older-data':
    'What is kept here was made by an older version, which this one does not read. Start over with --fresh, or with ' +
    'empty databases.',
  'newer-data':
    'What is kept here was made by a newer version, and nothing in it has been changed. Start that version.',
  'unknown-data':
    'What is kept here has lost the list of what made its tables. Put back a whole copy of it, start over with ' +
    '--fresh, or with empty databases.',
  'other-city':
    'What is kept here belongs to another city. Start with its profile, start over with --fresh, or keep the new ' +
    'city in a folder of its own with --root.',
  'topics-failed': 'Kafka refused the topics or their access rules.',
  'keys-gone':
    'The keyring is gone but the databases are still there. Put it back, or start over with --fresh: ' +
    'without its keys nothing in them can be read.',
  'already-running': 'The system is already running in this folder. Stop it first (Ctrl-C where it runs).',
  'bad-root': 'The folder of --root is a file, or cannot be made or written to. Name another one.',
  'not-given': 'Settings for a database or a broker of your own are incomplete.',
  'not-running': 'No system runs in this folder. Start one with npm start.',
  refused: 'Payments did not do it.',
  'bad-option': 'An option is not understood.',
} as const;

export type StackProblemCode = keyof typeof sentences;

/**
 * An expected reason why the local system cannot start or go on. The message is one sentence with what to do;
 * `hint` adds where it happened (a port, a log file). Programming errors are never wrapped in it.
 */
export class StackProblem extends Error {
  readonly code: StackProblemCode;

  constructor(code: StackProblemCode, hint?: string) {
    super(hint === undefined ? sentences[code] : `${sentences[code]} (${hint})`);
    this.name = 'StackProblem';
    this.code = code;
  }
}

/** Turns "no space left", from the operating system or from PostgreSQL, into the sentence about it. */
export function asProblem(error: unknown): unknown {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return ['ENOSPC', 'EDQUOT', '53100'].includes(String(code)) ? new StackProblem('disk-full') : error;
}

/** Why a program failed, when what it said shows that the disk is full; otherwise the given problem. */
export function problemIn(output: unknown, otherwise: StackProblemCode, hint?: string): StackProblem {
  return /No space left/.test(String(output)) ? new StackProblem('disk-full') : new StackProblem(otherwise, hint);
}
