import type { Twin } from './twin.js';

const CLOCK = 'libs/service/src/clock/clock.spec.ts';
const DAYS = 'test/faults/days.faults.spec.ts';
const INSTANCES = 'test/faults/instances.faults.spec.ts';
const BROKER = 'test/faults/broker.faults.spec.ts';
const TEXTS = 'apps/notification/test/texts.it.spec.ts';
const RETENTION = 'deploy/local/test/retention.it.spec.ts';
const LOG = 'libs/bus/test/conformance-faults.it.spec.ts';

const clocks: readonly Twin[] = [
  {
    promise: 'nobody moves the clock of a city in production',
    without: 'a clock file is refused there',
    file: 'libs/service/src/config/clock.config.ts',
    find: '  @NotInProduction()\n',
    replace: '',
    test: CLOCK,
    name: 'cannot be moved in production',
  },
  {
    promise: 'keys exist a week ahead, however far the clock jumps',
    without: 'workers that watch days are told of a jump',
    file: 'libs/service/src/keys/day-keys.worker.ts',
    find: 'this.clock.onLeap?.(() => this.worker.wake());',
    replace: 'void this.clock;',
    test: DAYS,
    name: 'the next six',
  },
  {
    promise: 'an application from the other side of midnight is accepted',
    without: 'the outbox has partitions for the days ahead',
    file: 'libs/bus/src/produce/outbox-days.ts',
    find: 'export const DAYS_AHEAD = clocks.recordAheadDays;',
    replace: 'export const DAYS_AHEAD = 0;',
    test: 'test/faults/midnight.faults.spec.ts',
  },
  {
    promise: 'a message whose key was destroyed is counted and alarms nobody about a bad message',
    without: 'such a message counts as expired, not as bad',
    file: 'libs/bus/src/consume/opening.ts',
    find: 'return isExpired ? {',
    replace: "return isExpired && day === '' ? {",
    test: DAYS,
  },
];

const instances: readonly Twin[] = [
  {
    promise: 'one instance of a service relays at a time',
    without: 'the relay holds an advisory lock',
    file: 'libs/bus/src/produce/leadership.ts',
    find: "'SELECT pg_try_advisory_lock($1) AS won'",
    replace: "'SELECT $1::bigint > 0 AS won'",
    test: INSTANCES,
    name: 'have one relay each',
  },
  {
    promise: 'when the relaying instance dies, another takes over within seconds',
    without: 'the others ask for the lock repeatedly',
    file: 'libs/bus/src/produce/relay.ts',
    find: '      await running.rest(this.options.standbyMs);',
    replace: '      await running.rest(this.options.standbyMs * 1_000);',
    test: INSTANCES,
    name: 'go on when the leader',
  },
  {
    promise: 'a text that a dead process had claimed is sent as soon as another process looks',
    without: 'the lease names its holder, and the server knows which holders live',
    file: 'libs/records/src/statements.ts',
    find: 'ELSE pg_try_advisory_xact_lock($2, holder) END',
    replace: 'ELSE $2::integer < 0 END',
    test: TEXTS,
    name: 'can be claimed as soon as another one looks',
  },
  {
    promise: 'no process takes work from a living one',
    without: 'a living process holds the lock of its number',
    file: 'libs/records/src/statements.ts',
    find: 'ELSE pg_try_advisory_xact_lock($2, holder) END',
    replace: 'ELSE $2::integer > 0 END',
    test: TEXTS,
    name: 'can be claimed as soon as another one looks',
  },
  {
    promise: 'a restarted process does not wait for its own old leases',
    without: 'leases under a number are freed before the number is used again',
    file: 'apps/notification/src/text.service.ts',
    find: '      if (!cleared.has(kind)) await this.texts.endDeadLeases(tx, holder);\n',
    replace: '',
    test: TEXTS,
    name: 'can be claimed when another one gets its lease number',
  },
];

const broker: readonly Twin[] = [
  {
    promise: 'a consumer of a wiped log begins at the beginning',
    without: 'a consumer without a position starts at the first record',
    file: 'libs/bus/src/consume/consumer.ts',
    find: 'fromBeginning: true }',
    replace: 'fromBeginning: false }',
    test: BROKER,
    name: 'wiped in the middle',
  },
  {
    promise: 'a gap in the log is sent again without a command',
    without: 'the producer compares the beginning of the log with the positions of its records',
    file: 'libs/bus/src/produce/log-watch.ts',
    find: '      if (mark.day >= oldest && range.low > mark.firstOffset) return true;\n',
    replace: '',
    test: BROKER,
    name: 'cut beyond where its reader stood',
  },
  {
    promise: 'a message that the log lost arrives within a minute',
    without: 'the producer checks the log every few seconds',
    file: 'libs/bus/src/limits.ts',
    find: 'logWatchMs: 15_000',
    replace: 'logWatchMs: 600_000',
    test: BROKER,
    name: 'deleted in use',
  },
  {
    promise: 'without a command a service sends everything again at most once an hour',
    without: 'the time of the last republish is checked',
    file: 'libs/bus/src/produce/relay.ts',
    find: 'const REPLAY_PAUSE_MS = 60 * 60_000;',
    replace: 'const REPLAY_PAUSE_MS = 0;',
    test: BROKER,
    name: 'wiped again within the hour',
  },
  {
    promise: 'a loss that cannot be repaired at once is repaired later',
    without: 'the need is stored, even if the log grows',
    file: 'libs/bus/src/produce/relay.ts',
    find: '    if (!isAsked) return watch.keep(client, topics);',
    replace: '    if (!isAsked) return;',
    test: LOG,
    name: 'a second loss within the hour',
  },
  {
    promise: 'the broker deletes records older than ten days',
    without: 'each topic declares its retention',
    file: 'libs/contracts/src/generate/topics.ts',
    find: "      'retention.ms': String(contract.clocks.topicRetentionDays * 24 * HOUR_MS),\n",
    replace: "      'retention.ms': '-1',\n",
    test: RETENTION,
    name: 'lose what is older than they keep it',
  },
  {
    promise: 'a record of a future day stays on the broker no longer than allowed',
    without: 'each topic limits how far ahead a timestamp may be',
    file: 'libs/contracts/src/generate/topics.ts',
    find: 'const AHEAD_MAX_MS = HOUR_MS;',
    replace: 'const AHEAD_MAX_MS = 400 * 24 * HOUR_MS;',
    test: RETENTION,
    name: 'take a record of tomorrow',
  },
];

const DISTURBED = 'libs/bus/test/disturbed.it.spec.ts';

const disturbed: readonly Twin[] = [
  {
    promise: 'a hanging leader holds up others for seconds only',
    without: 'another instance ends its session',
    file: 'libs/bus/src/produce/leadership.ts',
    find: '  await client.query(END_FROZEN, [locks.relay, frozenMs]);\n',
    replace: '',
    test: DISTURBED,
    name: 'one no more',
  },
  {
    promise: 'a leader that waits for the broker is not taken for a hanging one',
    without: 'it shows on its connection that it lives',
    file: 'libs/bus/src/produce/leadership.ts',
    find: "void client.query('SELECT').catch(() => undefined)",
    replace: 'undefined',
    test: DISTURBED,
    name: 'keeps its place',
  },
  {
    promise: 'a day that begins early, or a clock that jumps, refuses nobody at the door',
    without: 'a publisher creates the missing outbox partition of a day',
    file: 'libs/bus/src/produce/transactions.ts',
    find: '        if (isNotStored(error) && conflicts === 0) await createDays();\n        else if',
    replace: '        if',
    test: DISTURBED,
    name: 'made by whoever says something',
  },
  {
    promise: "no message is parked because the service's own keys or pins cannot be read",
    without: 'such errors are distinguished from bad messages',
    file: 'libs/bus/src/consume/opening.ts',
    find: '    if (error instanceof SealingError && error.canRetry) throw error;\n',
    replace: '',
    test: DISTURBED,
    name: 'parks nothing',
  },
  {
    promise: 'no process ends because its database ends a session',
    without: 'every session has an error listener from its first moment',
    file: 'libs/database/src/tx.ts',
    find: "  pool.on('connect', (client) => client.on('error', () => undefined));\n",
    replace: '',
    test: DISTURBED,
    name: 'fails the work',
  },
  {
    promise: 'nobody outside can trip the circuit breaker with badly sealed slices',
    without: 'slices that a device sealed badly are not counted',
    file: 'libs/bus/src/consume/processor.ts',
    find: 'ours: parked.length - fromDevices }',
    replace: 'ours: Math.max(parked.length, fromDevices) }',
    test: 'libs/bus/test/conformance.it.spec.ts',
    name: 'is not tripped by bad slices',
  },
  {
    promise: 'while the database is away, a kiosk is told to retry, not that its signature is missing',
    without: 'a failed lookup is distinguished from an unknown signer',
    file: 'libs/service/src/auth/http-signature.ts',
    find: '    if (unknowable !== undefined) throw unknowable.error;\n',
    replace: '',
    test: 'libs/service/src/auth/http-signature.spec.ts',
    name: 'while he cannot be looked up',
  },
  {
    promise: 'new partitions of a topic are read while services run',
    without: 'clients refresh the list of partitions',
    file: 'libs/bus/src/kafka/kafka-client.ts',
    find: 'const METADATA_AGE_MAX_MS = 20_000;',
    replace: 'const METADATA_AGE_MAX_MS = 3_000_000;',
    test: 'test/faults/disturbances.faults.spec.ts',
    name: 'read what comes into partitions',
  },
  {
    promise: 'a device retries when a proxy, or a server that stops, turns it away',
    without: "an answer that is not intake's own counts as absence",
    file: 'libs/household/src/door.ts',
    find: "    if (answer.status >= 500 && typeof code !== 'string') throw new HouseholdError('unreachable');\n",
    replace: '',
    test: 'libs/household/src/door.spec.ts',
    name: 'comes back later',
  },
  {
    promise: 'an application for a day without keys makes no other application fail',
    without: 'the door checks the keys before the group commit',
    file: 'apps/intake/src/door.controller.ts',
    find: 'if (services.every(',
    replace: 'if (services.length > 0 || services.every(',
    test: 'apps/intake/test/intake.it.spec.ts',
    name: 'of which nobody has keys',
  },
];

export const twinsOfFaults: readonly Twin[] = [...clocks, ...instances, ...broker, ...disturbed];
