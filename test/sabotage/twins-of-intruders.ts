import type { Twin } from './twin.js';

const ENROLMENT = 'libs/service/src/auth/enrolment.ts';

const enrolments: readonly Twin[] = [
  {
    promise: 'a revoked key never counts again, however often its list is enrolled',
    without: 'a revoked row is left unchanged',
    file: ENROLMENT,
    find: 'rows.filter(({ name }) => !revoked.has(name))',
    replace: 'rows.filter(() => revoked.size >= 0).map((row) => ({ ...row, revoked: false }))',
    test: 'libs/service/test/enrolment.it.spec.ts',
    name: 'never lifts a revocation',
  },
  {
    promise: 'the log names the actor of every operation',
    without: 'only names that the log may hold are enrolled',
    file: ENROLMENT,
    find: '!isPseudonym(person)',
    replace: '!isKeyName(person) || isPseudonym(undefined)',
    test: 'libs/service/test/enrolment.it.spec.ts',
    name: 'takes nobody whose name',
  },
];

const stamps: readonly Twin[] = [
  {
    promise: 'a message with any timestamp at all cannot block the view and the removal of parked messages',
    without: 'a day that no key can have is not stored',
    file: 'libs/bus/src/consume/opening.ts',
    find: 'return isWithin ? incoming : { ...incoming, day: today, isDayWrong: true };',
    replace: 'return isWithin || today !== incoming.day ? incoming : { ...incoming, isDayWrong: true };',
    test: 'libs/bus/test/conformance.it.spec.ts',
    name: 'stamped with no day of ours',
  },
  {
    promise: 'a message whose timestamp is not the midnight of its day is never opened',
    without: 'the fault of its day is stored with it',
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

const keys: readonly Twin[] = [
  {
    promise: 'a receipt key to which nothing can be sealed is refused at the edge',
    without: 'points of small order are refused',
    file: 'libs/contracts/src/core/public-keys.ts',
    find: 'return u < P && !SMALL_U.has(u);',
    replace: 'return u < P && SMALL_U.size > 0;',
    test: 'libs/contracts/src/core/public-keys.spec.ts',
    name: 'of small order is refused, as nothing can be sealed to it',
  },
  {
    promise: 'a command key under which any signature fits is refused at the edge',
    without: 'points of small order are refused for signatures',
    file: 'libs/contracts/src/core/public-keys.ts',
    find: '!SMALL_Y.has(y) && isOnCurve(y)',
    replace: '(SMALL_Y.size > 0 || isOnCurve(y))',
    test: 'libs/contracts/src/core/public-keys.spec.ts',
    name: 'of small order is refused, with either sign',
  },
];

const tls: readonly Twin[] = [
  {
    promise: 'off loopback nothing speaks plain text without a named proxy',
    without: 'hosts off loopback need a certificate',
    file: 'libs/service/src/config/validators.ts',
    find: '!form(address) || isOnThisMachine(address)',
    replace: "!form(address) || address !== ''",
    test: 'libs/service/src/config/service.config.spec.ts',
    name: 'is enough on loopback alone',
  },
  {
    promise: 'a broker off loopback needs TLS, however its name is written',
    without: 'the check of KAFKA_CA knows every form of a broker',
    file: 'libs/service/src/config/service.config.ts',
    find: "@IsNeededOffLoopback(['brokers'], { form: isBroker })",
    replace: "@IsNeededOffLoopback(['brokers'])",
    test: 'libs/service/src/config/service.config.spec.ts',
    name: 'is refused',
  },
  {
    promise: 'no administrator logs in to a broker in plain text over a network',
    without: 'the command compares the address',
    file: 'apps/cli/src/commands/topics.ts',
    find: 'ca === undefined && !list.every',
    replace: "ca === '' && !list.every",
    test: 'apps/cli/src/program.spec.ts',
    name: 'does not, with settings either',
  },
  {
    promise: 'no command of staff goes over a network in plain text',
    without: 'the addresses of a city are checked',
    file: 'apps/cli/src/city-file.ts',
    find: '  checkUrls(internal);\n',
    replace: '',
    test: 'apps/cli/src/program.spec.ts',
    name: 'is refused off this machine',
  },
  {
    promise: 'an authority is not replaced because its key is elsewhere',
    without: 'a missing file is asked for',
    file: 'deploy/docker/authority.ts',
    find: 'if (cert === undefined && key === undefined && (await knownTo(place)).length === 0)',
    replace: 'if (cert === undefined || key === undefined)',
    test: 'deploy/docker/authority.spec.ts',
    name: 'is asked for',
  },
  {
    promise: 'a certificate that nobody renews raises an alarm in time',
    without: 'its end is compared with the day',
    file: 'libs/service/src/health/certificate-watch.ts',
    find: 'if (count <= EARLY_DAYS) this.tell',
    replace: 'if (count <= -EARLY_DAYS) this.tell',
    test: 'libs/service/test/certificate-watch.spec.ts',
  },
  {
    promise: 'a database of another machine proves its name',
    without: 'the mode is one in which it does',
    file: 'libs/service/src/config/validators.ts',
    find: "mode === 'verify-full' ||",
    replace: "mode !== '' ||",
    test: 'libs/service/src/config/service.config.spec.ts',
    name: 'reaches no database of another machine',
  },
  {
    promise: 'a proxy in front of the main listener does not open the internal one in plain text',
    without: 'the internal listener needs a certificate of its own',
    file: 'libs/service/src/config/listener.config.ts',
    find: "  @IsNeededOffLoopback(['internalHost'])\n",
    replace: '',
    test: 'libs/service/src/config/service.config.spec.ts',
  },
  {
    promise: 'listeners speak TLS 1.3 and no older version',
    without: 'the oldest version is set',
    file: 'libs/service/src/http/certificate.ts',
    find: "minVersion: 'TLSv1.3'",
    replace: "minVersion: 'TLSv1.2'",
    test: 'libs/service/test/tls.it.spec.ts',
    name: 'speak TLS 1.3 and no older version',
  },
  {
    promise: 'a renewed certificate needs no restart',
    without: 'servers get the new one',
    file: 'libs/service/src/http/certificate.ts',
    find: 'for (const server of this.servers) server.setSecureContext(this.options);',
    replace: '',
    test: 'libs/service/test/tls.it.spec.ts',
    name: 'take a renewed certificate while they run',
  },
];

const routes: readonly Twin[] = [
  {
    promise: 'a route that the guard did not admit sends nothing but a refusal',
    without: 'each answer is checked before it leaves',
    file: 'libs/service/src/http/way-out.ts',
    find: 'if (isRefusal(content) || isAdmitted(request)) return done(null, content);',
    replace: 'if (isRefusal(content) || isAdmitted(request) || tell !== undefined) return done(null, content);',
    test: WAY_OUT,
    name: 'a filter makes an answer of',
  },
  {
    promise: 'nothing is written past Fastify to a caller that the guard did not admit',
    without: 'every way to write an answer is held back',
    file: 'libs/service/src/http/way-out.ts',
    find: 'if (isAdmitted(request) || mayPass(args[0])) return original.apply(raw, args);',
    replace: 'if (isAdmitted(request) || mayPass !== undefined) return original.apply(raw, args);',
    test: WAY_OUT,
    name: 'a stream of its own',
  },
  {
    promise: 'a route is served as it is declared',
    without: 'the declarations are compared with the routes that Fastify serves',
    file: 'libs/service/src/http/route-check.ts',
    find: 'if (served === undefined || served.size === 0) throw new UndeclaredRouteError(named);',
    replace: 'if (served === undefined) throw new UndeclaredRouteError(named);',
    test: SERVED,
    name: 'something else is told to Fastify',
  },
  {
    promise: "no decorator makes an operators' route reachable from outside",
    without: 'the listener of every internal route is checked',
    file: 'libs/service/src/http/route-check.ts',
    find: 'if (isOperators && !isInside) throw new ExposedRouteError(named);',
    replace: 'void [isInside, ExposedRouteError];',
    test: SERVED,
    name: 'internal controller that everybody would reach',
  },
  {
    promise: 'no transport but the bus brings messages to a handler',
    without: 'the guard requires the context that the bus made',
    file: 'libs/bus/src/nest/batch-transport.ts',
    find: 'context !== null && fromBus.has(context)',
    replace: 'context !== null && fromBus !== undefined',
    test: ACCESS,
    name: 'lets in nobody by another way',
  },
  {
    promise: 'an unsigned caller learns nothing about the body that it sent',
    without: 'the caller is identified before the body is read',
    file: 'libs/service/src/http/http-app.ts',
    find: "fastify.addHook('onRequest', async (request) => {",
    replace: "fastify.addHook('preHandler', async (request) => {",
    test: WAY_OUT,
    name: 'who calls comes before what is sent',
  },
  {
    promise: 'nothing outside the signature is accepted with a request',
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
    promise: 'a misspelled production environment is not taken for a test',
    without: 'only known names of environments are accepted',
    file: 'libs/service/src/config/clock.config.ts',
    find: "if (!environments.includes(text)) throw new TypeError('no environment is called that');",
    replace: 'void environments;',
    test: CONFIG,
  },
  {
    promise: 'the second copy of a keyring is not the first one under another name',
    without: 'the resolved paths are compared',
    file: 'libs/service/src/config/validators.ts',
    find: 'realPathOf(value) !== realPathOf(other)',
    replace: "value !== other || realPathOf(value) === ''",
    test: CONFIG,
  },
  {
    promise: 'no environment variable bypasses the checks on the database address',
    without: 'variables that the client reads by itself are removed',
    file: 'libs/service/src/config/environment.ts',
    find: "if (name.startsWith('PG')) delete process.env[name];",
    replace: "if (name === 'PG') delete process.env[name];",
    test: CONFIG,
  },
  {
    promise: 'no line of the Kafka client is logged, whatever the environment asks for',
    without: 'the client gets a logger that writes nothing',
    file: 'libs/bus/src/kafka/kafka-client.ts',
    find: '    logCreator: () => () => undefined,\n',
    replace: '',
    test: 'libs/bus/src/kafka/kafka-client.spec.ts',
  },
  {
    promise: 'data without a version are left unchanged and reported',
    without: 'tables without a list of migrations are refused',
    file: 'libs/service/src/database/data-source.ts',
    find: "if (isUnlisted) throw new DataVersionError('unknown-data');",
    replace: 'void isUnlisted;',
    test: 'libs/service/test/data-version.it.spec.ts',
    name: 'in one sentence, and prints nothing else',
  },
];

/** Attempts of somebody who knows the system well. */
export const twinsOfIntruders: readonly Twin[] = [...enrolments, ...stamps, ...routes, ...settings, ...keys, ...tls];
