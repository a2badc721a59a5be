/** The problems that can keep the local system from starting, each with the sentence that the user reads. */
const sentences = {
  'not-installed': 'A package that `npm ci` installs is missing. Delete node_modules and start again.',
  'java-missing': 'Java 17 or newer was not found. Install it (Debian: apt-get install openjdk-17-jre-headless).',
  'java-old': 'The Java on the PATH is older than 17. Install Java 17 or newer and put it first on the PATH.',
  'maven-missing':
    'Maven was not found and the Kafka jars are not cached yet. Install it (Debian: apt-get install maven).',
  'maven-failed': 'Maven could not fetch the Kafka jars. Check the network and the disk, then start again.',
  'port-busy': 'A port that the system needs is in use. Stop the other program, or start with --ports-from N.',
  'disk-full': 'The disk is full. Free some space and start again.',
  'broker-down': 'Kafka did not start.',
  'database-down': 'PostgreSQL did not start.',
  'database-user':
    'PostgreSQL does not run as root, and no ordinary user can reach this folder. ' +
    'Start as an ordinary user, or move the folder.',
  'service-down': 'A service did not start.',
  'not-migrated': 'The tables of a service could not be made.',
  'older-data':
    'The data in this folder is from an older version, which this version cannot read. Remove it with --fresh, or ' +
    'use empty databases.',
  'newer-data': 'The data in this folder is from a newer version and was not changed. Start that version.',
  'unknown-data':
    'The database has lost the list of its migrations. Restore a complete copy, remove the data with ' +
    '--fresh, or use empty databases.',
  'other-city':
    'The data in this folder belongs to another city. Start with its profile, remove the data with --fresh, or use ' +
    'another folder with --root.',
  'topics-failed': 'Kafka refused the topics or their access rules.',
  'keys-gone':
    'The databases exist but their keyring is missing. Restore the keyring, or remove all data with --fresh: ' +
    'without the keys the databases cannot be read.',
  'already-running': 'The system is already running in this folder. Stop it first (Ctrl-C where it runs).',
  'bad-root': 'The folder of --root is a file, or cannot be created or written to. Choose another one.',
  'not-given': 'Settings for a database or a broker of your own are incomplete.',
  'not-running': 'No system runs in this folder. Start one with npm start.',
  refused: 'Payments refused the command.',
  'authority-missing':
    'A certificate must be issued, and this file of the authority is missing or cannot be read. Bring back the file ' +
    'that was moved away: ca.pem and ca.key are both needed. If it is lost, see "A new authority" in deploy/docker.',
  'authority-unfit':
    'A certificate must be issued, and ca.key does not belong to ca.pem. Bring back the pair. If it is lost, see ' +
    '"A new authority" in deploy/docker.',
  'authority-ended':
    'A certificate must be issued, and the authority has ended. See "A new authority" in deploy/docker.',
  'bad-option': 'An option is not valid.',
} as const;

export type StackProblemCode = keyof typeof sentences;

/**
 * An expected reason why the local system cannot start or continue. The message is one sentence with the next step;
 * `hint` adds the place (a port, a log file). Programming errors are never wrapped in it.
 */
export class StackProblem extends Error {
  readonly code: StackProblemCode;

  constructor(code: StackProblemCode, hint?: string) {
    super(hint === undefined ? sentences[code] : `${sentences[code]} (${hint})`);
    this.name = 'StackProblem';
    this.code = code;
  }
}

/** Turns "no space left", from the operating system or from PostgreSQL, into the problem `disk-full`. */
export function asProblem(error: unknown): unknown {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return ['ENOSPC', 'EDQUOT', '53100'].includes(String(code)) ? new StackProblem('disk-full') : error;
}

/** The problem `disk-full` if a program's output shows a full disk; otherwise the given problem. */
export function problemIn(output: unknown, otherwise: StackProblemCode, hint?: string): StackProblem {
  return /No space left/.test(String(output)) ? new StackProblem('disk-full') : new StackProblem(otherwise, hint);
}
