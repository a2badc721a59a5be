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
    without: 'a file for the clock is refused there',
    file: 'libs/service/src/config/clock.config.ts',
    find: '  @NotInProduction()\n',
    replace: '',
    test: CLOCK,
    name: 'cannot be moved in production',
  },
  {
    promise: 'keys are there a week ahead, however far the clock has leapt',
    without: 'whatever watches days is told of a leap',
    file: 'libs/service/src/keys/day-keys.worker.ts',
    find: 'this.clock.onLeap?.(() => this.worker.wake());',
    replace: 'void this.clock;',
    test: DAYS,
    name: 'the next six',
  },
  {
    promise: 'an application on the other side of midnight is taken',
    without: 'the outbox has the days ahead',
    file: 'libs/bus/src/produce/outbox-days.ts',
    find: 'export const DAYS_AHEAD = clocks.recordAheadDays;',
    replace: 'export const DAYS_AHEAD = 0;',
    test: 'test/faults/midnight.faults.spec.ts',
  },
  {
    promise: 'what comes after its key has died is counted, and calls nobody',
    without: 'a message whose key has died has expired, instead of being bad',
    file: 'libs/bus/src/consume/opening.ts',
    find: 'return isExpired ? {',
    replace: "return isExpired && day === '' ? {",
    test: DAYS,
  },
];

const instances: readonly Twin[] = [
  {
    promise: 'one instance of a service relays at a time',
    without: 'the relay holds a lock',
    file: 'libs/bus/src/produce/leadership.ts',
    find: "'SELECT pg_try_advisory_lock($1) AS won'",
    replace: "'SELECT $1::bigint > 0 AS won'",
    test: INSTANCES,
    name: 'have one relay each',
  },
  {
    promise: 'when the instance that relays dies, another takes over within seconds',
    without: 'the others ask for the lock again and again',
    file: 'libs/bus/src/produce/relay.ts',
    find: '      await running.rest(this.options.standbyMs);',
    replace: '      await running.rest(this.options.standbyMs * 1_000);',
    test: INSTANCES,
    name: 'go on when the leader',
  },
  {
    promise: 'a text that a dead process had leased goes out as soon as another one looks',
    without: 'the lease says who holds it, and the server says who lives',
    file: 'libs/records/src/statements.ts',
    find: 'ELSE pg_try_advisory_xact_lock($2, holder) END',
    replace: 'ELSE $2::integer < 0 END',
    test: TEXTS,
    name: 'can be claimed as soon as another one looks',
  },
  {
    promise: 'nobody takes work away from a process that lives',
    without: 'a living process holds the lock of its number',
    file: 'libs/records/src/statements.ts',
    find: 'ELSE pg_try_advisory_xact_lock($2, holder) END',
    replace: 'ELSE $2::integer > 0 END',
    test: TEXTS,
    name: 'can be claimed as soon as another one looks',
  },
  {
    promise: 'a process that starts again does not wait for what it had leased before',
    without: 'what stands under a number is freed before the number is used again',
    file: 'apps/notification/src/text.service.ts',
    find: '      if (!cleared.has(kind)) await this.texts.endDeadLeases(tx, holder);\n',
    replace: '',
    test: TEXTS,
    name: 'can be claimed when another one gets its lease number',
  },
];

const broker: readonly Twin[] = [
  {
    promise: 'a reader of a log that was wiped begins at its beginning',
    without: 'a reader without a position starts at the first record, not at the next one',
    file: 'libs/bus/src/consume/consumer.ts',
    find: 'fromBeginning: true }',
    replace: 'fromBeginning: false }',
    test: BROKER,
    name: 'wiped in the middle',
  },
  {
    promise: 'what was cut out of the log is sent again by itself',
    without: 'the producer compares where the log begins with where its records of living days should stand',
    file: 'libs/bus/src/produce/log-watch.ts',
    find: '      if (mark.day >= oldest && range.low > mark.firstOffset) return true;\n',
    replace: '',
    test: BROKER,
    name: 'cut beyond where its reader stood',
  },
  {
    promise: 'whoever waits for what the log has lost has it within a minute',
    without: 'the producer looks at the log every few seconds',
    file: 'libs/bus/src/limits.ts',
    find: 'logWatchMs: 15_000',
    replace: 'logWatchMs: 600_000',
    test: BROKER,
    name: 'deleted in use',
  },
  {
    promise: 'by itself a service sends again at most once an hour',
    without: 'when it was done last is asked before it is done again',
    file: 'libs/bus/src/produce/relay.ts',
    find: 'const REPLAY_PAUSE_MS = 60 * 60_000;',
    replace: 'const REPLAY_PAUSE_MS = 0;',
    test: BROKER,
    name: 'wiped again within the hour',
  },
  {
    promise: 'a loss that could not be made good at once is made good later',
    without: 'it is kept in mind, although the log grows',
    file: 'libs/bus/src/produce/relay.ts',
    find: '    if (!isAsked) return watch.keep(client, topics);',
    replace: '    if (!isAsked) return;',
    test: LOG,
    name: 'a second loss within the hour',
  },
  {
    promise: 'the broker deletes what is older than ten days',
    without: 'each topic says how long it keeps',
    file: 'libs/contracts/src/generate/topics.ts',
    find: "      'retention.ms': String(contract.clocks.topicRetentionDays * 24 * HOUR_MS),\n",
    replace: "      'retention.ms': '-1',\n",
    test: RETENTION,
    name: 'lose what is older than they keep it',
  },
  {
    promise: 'no record of a day that has not begun stays on the broker for longer than it should',
    without: 'each topic says how far ahead of its clock a record may be',
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
    promise: 'a leader whose process hangs holds up nobody for longer than some seconds',
    without: 'its session is ended by another instance',
    file: 'libs/bus/src/produce/leadership.ts',
    find: '  await client.query(END_FROZEN, [locks.relay, frozenMs]);\n',
    replace: '',
    test: DISTURBED,
    name: 'one no more',
  },
  {
    promise: 'a leader that waits for its broker is not taken for one that hangs',
    without: 'it shows on its connection that it lives',
    file: 'libs/bus/src/produce/leadership.ts',
    find: "void client.query('SELECT').catch(() => undefined)",
    replace: 'undefined',
    test: DISTURBED,
    name: 'keeps its place',
  },
  {
    promise: 'a day that begins early, or a clock that leaps, refuses nobody at the door',
    without: 'whoever says something for a day without an outbox makes it',
    file: 'libs/bus/src/produce/transactions.ts',
    find: '        if (isNotStored(error) && conflicts === 0) await createDays();\n        else if',
    replace: '        if',
    test: DISTURBED,
    name: 'made by whoever says something',
  },
  {
    promise: 'no message is set aside because a service’s own keys or pins cannot be read',
    without: 'they are told from what is wrong with a message',
    file: 'libs/bus/src/consume/opening.ts',
    find: '    if (error instanceof SealingError && error.canRetry) throw error;\n',
    replace: '',
    test: DISTURBED,
    name: 'parks nothing',
  },
  {
    promise: 'no process ends because its database ends a session',
    without: 'every session is heard from its first moment on',
    file: 'libs/database/src/tx.ts',
    find: "  pool.on('connect', (client) => client.on('error', () => undefined));\n",
    replace: '',
    test: DISTURBED,
    name: 'fails the work',
  },
  {
    promise: 'nobody outside can stop a service by sending it rubbish',
    without: 'what devices have sealed badly is not counted by the circuit breaker',
    file: 'libs/bus/src/consume/processor.ts',
    find: 'ours: parked.length - fromDevices }',
    replace: 'ours: Math.max(parked.length, fromDevices) }',
    test: 'libs/bus/test/conformance.it.spec.ts',
    name: 'is tripped by nothing',
  },
  {
    promise: 'while the database is away a kiosk is told to come back, not that it has not signed',
    without: 'whoever cannot be looked up is told from whoever is unknown',
    file: 'libs/service/src/auth/http-signature.ts',
    find: '    if (unknowable !== undefined) throw unknowable.error;\n',
    replace: '',
    test: 'libs/service/src/auth/http-signature.spec.ts',
    name: 'while he cannot be looked up',
  },
  {
    promise: 'partitions that a topic is given while services run are read',
    without: 'clients ask again which partitions there are',
    file: 'libs/bus/src/kafka/kafka-client.ts',
    find: 'const METADATA_AGE_MAX_MS = 20_000;',
    replace: 'const METADATA_AGE_MAX_MS = 3_000_000;',
    test: 'test/faults/disturbances.faults.spec.ts',
    name: 'read what comes into partitions',
  },
  {
    promise: 'a device comes back when a proxy, or a service that is closing, has refused it',
    without: 'an answer that is no error of the service counts as absence',
    file: 'libs/household/src/door.ts',
    find: "    if (answer.status >= 500 && typeof code !== 'string') throw new HouseholdError('unreachable');\n",
    replace: '',
    test: 'libs/household/src/door.spec.ts',
    name: 'comes back later',
  },
  {
    promise: 'an application for a day without keys fails nobody else',
    without: 'the door looks for keys before it gathers',
    file: 'apps/intake/src/door.controller.ts',
    find: 'if (services.every(',
    replace: 'if (services.length > 0 || services.every(',
    test: 'apps/intake/test/intake.it.spec.ts',
    name: 'of which nobody has keys',
  },
];

export const twinsOfFaults: readonly Twin[] = [...clocks, ...instances, ...broker, ...disturbed];
