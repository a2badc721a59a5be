import type { Twin } from './twin.js';

const MESSAGING = 'libs/service/src/messaging/messaging.module.ts';
const BUS = 'libs/bus/src/bus.ts';
const NO_DENIAL = 'apps/eligibility/test/no-denial.spec.ts';
const UNREAD = 'apps/eligibility/test/unread-facts.spec.ts';
const DESTROYED = 'libs/sealing/src/server/keyring/destroyed-keys.spec.ts';
const STATE = 'libs/sealing/src/server/keyring/keyring-state.ts';
const CONTAINERS = 'deploy/docker/containers.spec.ts';

/** From a tested part to the process that needs it. */
const wiring: readonly Twin[] = [
  {
    promise: 'a process that makes no progress ends',
    without: 'it exits when the watchdog says so',
    file: MESSAGING,
    find: '      process.exit(STALLED_EXIT_CODE);\n',
    replace: '      void STALLED_EXIT_CODE;\n',
    test: 'libs/service/src/messaging/messaging.module.spec.ts',
  },
  {
    promise: 'operators hear why a process ended',
    without: 'the alarm is written before it ends',
    file: MESSAGING,
    find: "      log.write('error', 'alarm', { alarm: 'stalled' });\n",
    replace: '',
    test: 'libs/service/src/messaging/messaging.module.spec.ts',
  },
  {
    promise: 'the watchdog reaches the process',
    without: 'the bus passes on that it has stalled',
    file: BUS,
    find: '      onStalled: () => this.options.onStalled?.(),\n',
    replace: '      onStalled: () => undefined,\n',
    test: 'libs/bus/test/stalled.it.spec.ts',
  },
  {
    promise: 'the watchdog of a consumer runs',
    without: 'it is started with the consumer',
    file: BUS,
    find: 'for (const part of [this.consumer, this.worker, this.watchdog]) part.start();',
    replace: 'for (const part of [this.consumer, this.worker]) part.start();',
    test: 'libs/bus/test/stalled.it.spec.ts',
  },
  {
    promise: 'a container that ended is started again',
    without: 'each container is started again unless somebody stopped it',
    file: 'docker-compose.yml',
    find: '  restart: unless-stopped\n',
    replace: "  restart: 'no'\n",
    test: CONTAINERS,
  },
  {
    promise: 'a service in a container finds the second copy of its keys',
    without: 'the folder is told to it',
    file: 'docker-compose.yml',
    find: '  KEYRING_REPLICA: /keyring/replica\n',
    replace: '  KEYRING_REPLICA: /keyring/private\n',
    test: CONTAINERS,
  },
  {
    promise: 'a parked record is the record that came',
    without: 'all its bytes are kept',
    file: 'libs/bus/src/inbox/inbox-body.ts',
    find: "record: Buffer.from(bytes).toString('base64'),",
    replace: "record: Buffer.from(bytes.subarray(0, -1)).toString('base64'),",
    test: 'libs/bus/test/parked-bytes.it.spec.ts',
  },
  {
    promise: 'a retried message is the record that came',
    without: 'all its bytes are read',
    file: 'libs/bus/src/inbox/inbox-body.ts',
    find: "envelope: Buffer.from(body.record, 'base64'),",
    replace: "envelope: Buffer.from(body.record, 'latin1'),",
    test: 'libs/bus/test/parked-bytes.it.spec.ts',
  },
];

const decisions: readonly Twin[] = [
  {
    promise: 'no rule of a case denies',
    without: 'a case without evidence is asked for it',
    file: 'apps/eligibility/src/domain/case.ts',
    find: "return { status: isUnknown ? 'ask-a-person' : 'show-something', reasons, grants: [], decision };",
    replace: "return { status: isUnknown ? 'ask-a-person' : 'not-approved', reasons, grants: [], decision };",
    test: NO_DENIAL,
  },
  {
    promise: 'a large household is not denied by the case that is told of it',
    without: 'what a person has to look at waits for a person',
    file: 'apps/eligibility/src/domain/case.ts',
    find: "if (decision.outcome === 'review') return { status: 'being-looked-at',",
    replace:
      "if (decision.outcome === 'review') " +
      "return { status: submitted.facts.householdSize > 79 ? 'closed' : 'being-looked-at',",
    test: NO_DENIAL,
  },
  {
    promise: 'a household that nobody has seen reads no denial',
    without: 'it is asked to come',
    file: 'apps/eligibility/src/domain/announce.ts',
    find: "? 'ask-a-person' : 'come-and-confirm';",
    replace: "? 'ask-a-person' : want.grants.length === 0 ? 'closed' : 'come-and-confirm';",
    test: NO_DENIAL,
  },
  {
    promise: 'no rule reads where in the city a household lives',
    without: 'the area does not reach the facts',
    file: 'apps/eligibility/src/on-facts-submitted.ts',
    find: 'urgent: slice.urgent,',
    replace: "urgent: residence.serviceArea === 'Harbor' ? ['no-food'] : slice.urgent,",
    test: UNREAD,
  },
  {
    promise: 'no rule reads what happened to a household, only that something did',
    without: 'impacts do not reach the facts',
    file: 'apps/eligibility/src/on-facts-submitted.ts',
    find: 'event: slice.event,',
    replace: "event: slice.impacts.includes('I9') ? '' : slice.event,",
    test: UNREAD,
  },
  {
    promise: 'no rule reads by what way an application came',
    without: 'the lane does not reach the facts',
    file: 'apps/eligibility/src/on-facts-submitted.ts',
    find: 'application: { ...applicationOf(slice), day, isAttended }',
    replace:
      'application: ((a) => ({ ...a, day, isAttended, facts: { ...a.facts, ' +
      "areaFit: isAttended ? a.facts.areaFit : 'edge' } }))(applicationOf(slice))",
    test: UNREAD,
  },
];

const destroyed = (promise: string, without: string, find: string, replace: string): Twin => ({
  promise,
  without,
  file: STATE,
  find,
  replace,
  test: DESTROYED,
  name: 'hold nothing of a destroyed key',
});

const destruction: readonly Twin[] = [
  destroyed(
    'a destroyed night leaves nothing in the present keyring',
    'it is removed from the state',
    'return { next: { ...state, rowKeys, nightsDeadThrough }, destroys: removed !== undefined };',
    'return { next: { ...state, rowKeys, nightsDeadThrough, gone: removed } as never, ' +
      'destroys: removed !== undefined };',
  ),
  destroyed(
    'a destroyed secret leaves nothing in the present keyring',
    'it is removed from the state',
    'return { next: { ...state, secrets }, destroys: true };',
    'return { next: { ...state, secrets: { ...secrets, [`${name}.old`]: _removed as string } }, destroys: true };',
  ),
  destroyed(
    'destroyed days leave nothing in the present keyring',
    'they are removed from the state',
    'dayKeys: Object.fromEntries(living), deadThrough }, destroys };',
    'dayKeys: Object.fromEntries(living.length === 0 ? Object.entries(state.dayKeys) : living), ' +
      'deadThrough }, destroys };',
  ),
  {
    promise: 'both copies lose a destroyed key',
    without: 'each copy is written',
    file: 'libs/sealing/src/server/keyring/keyring-copies.ts',
    find: 'for (const { file } of this.#copies.toReversed()) {',
    replace: 'for (const { file } of destroys ? this.#copies.slice(0, 1) : this.#copies.toReversed()) {',
    test: DESTROYED,
    name: 'hold nothing of a destroyed key',
  },
  {
    promise: 'the old master of each copy is destroyed',
    without: 'superfluous masters are removed',
    file: 'libs/sealing/src/server/keyring/keyring-file.ts',
    find: '    if (newMaster) this.sweep();\n',
    replace: '',
    test: DESTROYED,
    name: 'hold nothing of a destroyed key',
  },
];

export const twinsOfWiring: readonly Twin[] = [...wiring, ...decisions, ...destruction];
