import type { Twin } from './twin.js';

const ENROLMENT = 'libs/service/src/auth/enrolment.ts';

const enrolments: readonly Twin[] = [
  {
    promise: 'a revoked key never counts again, however often its list is enrolled',
    without: 'what was revoked is left as it is',
    file: ENROLMENT,
    find: 'rows.filter(({ name }) => !names.has(name))',
    replace: 'rows.filter(() => names.size >= 0).map((row) => ({ ...row, revoked: false }))',
    test: 'libs/service/test/enrolment.it.spec.ts',
    name: 'never lifts a revocation',
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
    file: 'libs/bus/src/inbox/inbox-body.ts',
    find: "...(body.day === '' || body.isDayWrong === true ? { isDayWrong: true } : {}),",
    replace: '',
    test: 'libs/bus/test/conformance.it.spec.ts',
    name: 'stamped with no day of ours',
  },
];

const WAY_OUT = 'libs/service/test/way-out.it.spec.ts';
const SERVED = 'libs/service/test/served.it.spec.ts';
const ACCESS = 'libs/service/test/access.it.spec.ts';

const routes: readonly Twin[] = [
  {
    promise: 'nothing but a refusal leaves a route to which the guard has let nobody in',
    without: 'what is about to leave is looked at',
    file: 'libs/service/src/http/way-out.ts',
    find: 'if (isRefusal(content) || isAdmitted(request)) return done(null, content);',
    replace: 'if (isRefusal(content) || isAdmitted(request) || tell !== undefined) return done(null, content);',
    test: WAY_OUT,
    name: 'a filter makes an answer of',
  },
  {
    promise: 'nothing is written past Fastify to whom the guard has not let in',
    without: 'every way to write an answer is held back',
    file: 'libs/service/src/http/way-out.ts',
    find: 'if (isAdmitted(request) || mayPass(args[0])) return original.apply(raw, args);',
    replace: 'if (isAdmitted(request) || mayPass !== undefined) return original.apply(raw, args);',
    test: WAY_OUT,
    name: 'a stream of its own',
  },
  {
    promise: 'what a route declares is what Fastify was told',
    without: 'what is declared is compared with what is served',
    file: 'libs/service/src/http/route-check.ts',
    find: 'if (served === undefined || served.size === 0) throw new UndeclaredRouteError(named);',
    replace: 'if (served === undefined) throw new UndeclaredRouteError(named);',
    test: SERVED,
    name: 'something else is told to Fastify',
  },
  {
    promise: 'no decorator makes what is for operators reachable from outside',
    without: 'the listener of every route of an internal controller is looked at',
    file: 'libs/service/src/http/route-check.ts',
    find: 'if (isOperators && !isInside) throw new ExposedRouteError(named);',
    replace: 'void [isInside, ExposedRouteError];',
    test: SERVED,
    name: 'internal controller that everybody would reach',
  },
  {
    promise: 'no transport but the bus brings messages to a handler',
    without: 'the guard looks for the context that the bus has made',
    file: 'libs/bus/src/nest/batch-transport.ts',
    find: 'context !== null && fromBus.has(context)',
    replace: 'context !== null && fromBus !== undefined',
    test: ACCESS,
    name: 'lets in nobody by another way',
  },
  {
    promise: 'whoever has not signed learns nothing about what he has sent',
    without: 'who calls is found out before the body is read',
    file: 'libs/service/src/http/http-app.ts',
    find: "fastify.addHook('onRequest', async (request) => {",
    replace: "fastify.addHook('preHandler', async (request) => {",
    test: WAY_OUT,
    name: 'who calls comes before what is sent',
  },
  {
    promise: 'nothing that no signature covers is taken along with a request',
    without: 'an address with a query is refused',
    file: 'libs/service/src/http/http-app.ts',
    find: "if (!request.is404 && /[?#]/.test(request.url)) throw new Problem('unknown-query');",
    replace: 'void Problem;',
    test: WAY_OUT,
    name: 'a query is refused',
  },
];

const CONFIG = 'libs/service/src/config/service.config.spec.ts';

const settings: readonly Twin[] = [
  {
    promise: 'production spelled otherwise is not taken for a test',
    without: 'only known names of environments are taken',
    file: 'libs/service/src/config/clock.config.ts',
    find: "if (!environments.includes(text)) throw new TypeError('no environment is called that');",
    replace: 'void environments;',
    test: CONFIG,
  },
  {
    promise: 'the second copy of a keyring is not the first one under another name',
    without: 'places are compared by where they lead',
    file: 'libs/service/src/config/validators.ts',
    find: 'realPathOf(value) !== realPathOf(other)',
    replace: "value !== other || realPathOf(value) === ''",
    test: CONFIG,
  },
  {
    promise: 'no variable of the environment says past every check which database a service speaks to',
    without: 'what the client would read by itself is taken out',
    file: 'libs/service/src/config/environment.ts',
    find: "if (name.startsWith('PG')) delete process.env[name];",
    replace: "if (name === 'PG') delete process.env[name];",
    test: CONFIG,
  },
  {
    promise: 'no line of a client of the broker is in the log, whatever the environment asks for',
    without: 'the client is given something to write with that writes nothing',
    file: 'libs/bus/src/kafka/kafka-client.ts',
    find: '    logCreator: () => () => undefined,\n',
    replace: '',
    test: 'libs/bus/src/kafka/kafka-client.spec.ts',
  },
  {
    promise: 'data that do not say which version has made them are left as they are, with a sentence',
    without: 'tables without a list of versions are refused',
    file: 'libs/service/src/database/data-source.ts',
    find: "if (isUnlisted) throw new DataVersionError('unknown-data');",
    replace: 'void isUnlisted;',
    test: 'libs/service/test/data-version.it.spec.ts',
    name: 'in one sentence, and prints nothing else',
  },
];

/** What somebody tries who knows the system well. */
export const twinsOfIntruders: readonly Twin[] = [...enrolments, ...stamps, ...routes, ...settings];
