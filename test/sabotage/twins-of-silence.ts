import type { Twin } from './twin.js';

const COARSE = 'libs/service/src/metrics/coarse-gauges.spec.ts';
const READINESS = 'libs/service/src/health/readiness.spec.ts';
const CLOSED = 'deploy/local/test/closed-processes.it.spec.ts';

/** What somebody without a key, or with a crashed process, could learn. */
export const twinsOfSilence: readonly Twin[] = [
  {
    promise: 'a metric does not move when a household applies',
    without: 'a count is read once an hour',
    file: 'libs/service/src/metrics/coarse-gauges.ts',
    find: 'Math.floor(clock.now().getTime() / HOUR_MS)',
    replace: 'Math.random()',
    test: COARSE,
  },
  {
    promise: 'few events show nothing for sure in a metric',
    without: 'a count is rounded',
    file: 'libs/service/src/metrics/coarse-gauges.ts',
    find: 'metric.set(rounded(now));',
    replace: 'metric.set(now);',
    test: COARSE,
  },
  {
    promise: 'own events do not show where a step of a metric begins',
    without: 'the rounding is drawn at random',
    file: 'libs/service/src/metrics/coarse-gauges.ts',
    find: 'draw: number = randomInt(COUNT_STEP)',
    replace: 'draw: number = Math.min(0, randomInt(COUNT_STEP))',
    test: COARSE,
  },
  {
    promise: 'a health report without a signature has no count',
    without: 'counts are left out of it',
    file: 'libs/service/src/health/readiness.ts',
    find: "!countedChecks.has(name) || value === 'unknown'",
    replace: 'countedChecks.has(name) || value !== undefined',
    test: READINESS,
  },
  {
    promise: 'no public route of intake moves when a household applies',
    without: 'messages that are not sent yet are counted coarsely',
    file: 'libs/service/src/metrics/bus-metrics.ts',
    find: "count(\n    'backlog',",
    replace: "gaugesOf(registry, 'amparo_bus', recent)(\n    'backlog',",
    test: 'apps/intake/test/quiet.it.spec.ts',
  },
  {
    promise: 'a storm of health reports reads the database once a second',
    without: 'a report is kept for a second',
    file: 'libs/service/src/health/readiness.ts',
    find: 'const KEPT_MS = 1_000;',
    replace: 'const KEPT_MS = -1;',
    test: READINESS,
  },
  {
    promise: 'no process of the system writes a core file',
    without: 'a shell sets the limit before it becomes the program',
    file: 'deploy/local/closed-process.ts',
    find: 'ulimit -c 0 && exec',
    replace: 'ulimit -c unlimited; exec',
    test: CLOSED,
    name: 'writes no core file',
  },
  {
    promise: 'a core file of a service holds no memory, whatever the limit is',
    without: 'a service empties the filter',
    file: 'libs/service/src/process/core-files.ts',
    find: "writeFileSync('/proc/self/coredump_filter', '0');",
    replace: 'void writeFileSync;',
    test: 'libs/service/src/process/core-files.spec.ts',
  },
  {
    promise: 'no signal opens a debugger in a process of the system',
    without: 'Node starts with the flag',
    file: 'deploy/local/closed-process.ts',
    find: "  '--disable-sigusr1',\n",
    replace: '',
    test: CLOSED,
    name: 'opens no debugger',
  },
  {
    promise: 'no tool attaches to the broker',
    without: 'Java refuses it',
    file: 'deploy/local/java.ts',
    find: "  '-XX:+DisableAttachMechanism',\n",
    replace: '',
    test: CLOSED,
    name: 'lets no tool attach',
  },
  {
    promise: 'no password is on a command line',
    without: "the passwords of Kafka's users are in a file",
    file: 'deploy/local/kafka.ts',
    find: "await run('java', [...java, `@${file}`], { timeoutMs: 60_000 });",
    replace: "await run('java', [...java, ...tool], { timeoutMs: 60_000 });",
    test: CLOSED,
    name: 'shows no password',
  },
];
