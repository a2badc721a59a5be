import type { Twin } from './twin.js';

const ENROLMENT = 'libs/service/src/auth/enrolment.ts';

const enrolments: readonly Twin[] = [
  {
    promise: 'a struck key never counts again, however often its list is enrolled',
    without: 'what was struck is left as it is',
    file: ENROLMENT,
    find: 'rows.filter(({ name }) => !names.has(name))',
    replace: 'rows.filter(() => names.size >= 0).map((row) => ({ ...row, struck: false }))',
    test: 'libs/service/test/enrolment.it.spec.ts',
    name: 'never lifts a strike',
  },
  {
    promise: 'the log says by whom an operation was asked for, whoever it was',
    without: 'only who can be named in the log is enrolled',
    file: ENROLMENT,
    find: '!isPseudonym(person)',
    replace: '!isKeyName(person) || isPseudonym(undefined)',
    test: 'libs/service/test/enrolment.it.spec.ts',
    name: 'takes nobody whose name',
  },
];

const stamps: readonly Twin[] = [
  {
    promise: 'a message stamped with any time at all keeps nobody from seeing and ending what is set aside',
    without: 'a day that no key can have is not kept',
    file: 'libs/bus/src/consume/opening.ts',
    find: 'return isWithin ? incoming : { ...incoming, day: today, isDayWrong: true };',
    replace: 'return isWithin || today !== incoming.day ? incoming : { ...incoming, isDayWrong: true };',
    test: 'libs/bus/test/conformance.it.spec.ts',
    name: 'stamped with no day of ours',
  },
  {
    promise: 'a message stamped with another time than the midnight of its day is never opened',
    without: 'what was wrong about its day is kept with it',
    file: 'libs/bus/src/inbox/kept-body.ts',
    find: "...(body.day === '' || body.isDayWrong === true ? { isDayWrong: true } : {}),",
    replace: '',
    test: 'libs/bus/test/conformance.it.spec.ts',
    name: 'stamped with no day of ours',
  },
];

/** What somebody tries who knows the system well. */
export const twinsOfIntruders: readonly Twin[] = [...enrolments, ...stamps];
