import type { Twin } from './twin.js';

const ACCESS = 'libs/service/test/access.it.spec.ts';
const LISTENERS = 'libs/service/test/listeners.it.spec.ts';
const VERSION = 'libs/service/test/data-version.it.spec.ts';

const versions: readonly Twin[] = [
  {
    promise: 'nobody but a releaser releases money',
    without: 'the route names its roles',
    file: 'apps/payments/src/release/release.controller.ts',
    find: "  @Post('approvals')\n  @HttpCode(200)\n  @SignedBy('releaser')",
    replace: "  @Post('approvals')\n  @HttpCode(200)\n  @SignedBy('releaser', 'operator')",
    test: 'apps/payments/test/who-may.it.spec.ts',
  },
  {
    promise: 'nobody but a reviewer sees a case',
    without: 'the guard compares the role',
    file: 'libs/service/src/auth/access.guard.ts',
    find: "if (!access.roles.includes(role)) throw new Problem('not-allowed');",
    replace: 'void role;',
    test: 'apps/eligibility/test/who-may.it.spec.ts',
  },
  {
    promise: 'data of an older version are refused',
    without: 'the applied migrations are compared with the known ones',
    file: 'libs/service/src/database/data-source.ts',
    find: 'if (unknown.length === 0) return;',
    replace: 'if (unknown.length >= 0) return;',
    test: VERSION,
    name: 'of an older version',
  },
  {
    promise: 'nobody is told to empty data of a newer version',
    without: 'the times of the migrations are compared',
    file: 'libs/service/src/database/data-source.ts',
    find: 'madeAt(name) > newest',
    replace: 'madeAt(name) < newest',
    test: VERSION,
    name: 'of a newer version',
  },
];

const cities: readonly Twin[] = [
  {
    promise: 'cases and money of two cities do not mix in one database',
    without: 'the city of a database is compared with the profile',
    file: 'libs/service/src/database/city.ts',
    find: 'if (others.length > 0) throw new OtherCityError();',
    replace: 'void [others, OtherCityError];',
    test: VERSION,
    name: 'of another city',
  },
  {
    promise: 'a database belongs to the city that used it first',
    without: 'the first start stores the city',
    file: 'libs/service/src/database/data-source.ts',
    find: 'await tieToCity(source, city);',
    replace: 'void tieToCity;',
    test: VERSION,
    name: 'of another city',
  },
];

const named: readonly Twin[] = [
  {
    promise: 'every action of staff is logged with its actor, even if its route has no name',
    without: 'the pattern of a route serves as its name',
    file: 'libs/service/src/auth/access.guard.ts',
    find: "return operationOf(route) ?? words.join('-');",
    replace: "return operationOf(route) ?? String(words.length === 0 ? '' : undefined);",
    test: ACCESS,
    name: 'is in the log by its pattern',
  },
  {
    promise: 'a service that refuses to start because of a route names the route',
    without: 'the error carries the route',
    file: 'libs/service/src/http/route-check.ts',
    find: 'super(`the route ${route} of the ${listener} listener does not declare who may call it`);',
    replace: "super('a route declares nobody who may call it');",
    test: ACCESS,
    name: 'and names it',
  },
];

const troubles: readonly Twin[] = [
  {
    promise: 'a service that cannot use the resource of a setting names the setting',
    without: 'work on a resource runs under the name of its setting',
    file: 'libs/service/src/config/use-setting.ts',
    find: 'throw new UnusableSettingError(setting, error);',
    replace: 'throw error;',
    test: 'libs/service/test/unusable.it.spec.ts',
    name: 'says which',
  },
  {
    promise: 'a broker that refuses a login is distinguished from one that is away',
    without: 'the refusal is recognised by its name',
    file: 'libs/bus/src/trouble/broker-trouble.ts',
    find: "KafkaJSSASLAuthenticationError: 'broker-refused-login',",
    replace: "KafkaJSSASLAuthenticationError: 'broker-away',",
    test: 'libs/bus/test/waiting.it.spec.ts',
    name: 'does not take our password',
  },
];

const keptFiles: Twin = {
  promise: 'the local system reports that its data belong to another city before it starts anything',
  without: 'the note of the city is read',
  file: 'deploy/local/stack.ts',
  find: 'if (this.#options.fresh !== true) refuseOtherCity(this.layout, profile);',
  replace: 'void refuseOtherCity;',
  test: 'deploy/local/kept-files.spec.ts',
  name: 'nothing is started',
};

const access: readonly Twin[] = [
  {
    promise: 'a service with a route that declares no caller does not start',
    without: 'each route is checked when it is added',
    file: 'libs/service/src/http/http-app.ts',
    find: 'if (!noteServed(access, listener)) throw new UndeclaredRouteError(route);',
    replace: 'void [noteServed(access, listener), UndeclaredRouteError];',
    test: ACCESS,
    name: 'something below Nest adds',
  },
  {
    promise: 'the sender of a request is known before anything in it is read',
    without: 'every route is behind the guard',
    file: 'libs/service/src/auth/access.guard.ts',
    find: `if (type === 'rpc') return isFromBus(context.switchToRpc().getContext());`,
    replace: `if (type !== 'ws') return isFromBus !== undefined;`,
    test: ACCESS,
    name: 'asks who has sent a request',
  },
  {
    promise: 'routes of operators cannot be reached from outside',
    without: 'a route belongs to one listener',
    file: 'libs/service/src/http/internal-controller.ts',
    find: 'RouteConstraints({ listener: INTERNAL })(prototype, name, descriptor);',
    replace: 'void RouteConstraints;',
    test: LISTENERS,
    name: 'cannot be reached from outside',
  },
  {
    promise: 'a route accepts no content unless it declares a body',
    without: 'unexpected content is refused',
    file: 'libs/service/src/auth/access.guard.ts',
    find: 'if (bodyOf(context.getHandler()) === undefined) refuseContent(request.body);',
    replace: 'void bodyOf;',
    test: ACCESS,
    name: 'takes no content unless it says which',
  },
  {
    promise: 'a route outside the guard is public or does not exist',
    without: 'only declarations by our own decorators count as guarded',
    file: 'libs/service/src/auth/access.ts',
    find: 'if (access === undefined || !ours.has(access)) return false;',
    replace: 'if (access === undefined) return false;',
    test: ACCESS,
    name: 'below Nest that only says who may call it',
  },
  {
    promise: 'an internal controller inherits no route',
    without: 'an internal controller with a base class is refused',
    file: 'libs/service/src/http/internal-controller.ts',
    find: 'if (Object.getPrototypeOf(prototype) !== Object.prototype) {',
    replace: 'if (prototype === Object.prototype) {',
    test: ACCESS,
    name: 'inherits',
  },
  {
    promise: 'a stop does not wait for a kept-alive connection',
    without: 'connections are closed after their answer',
    file: 'libs/service/src/http/listeners.ts',
    find: 'setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)',
    replace: 'setInterval(() => undefined, IDLE_CHECK_MS)',
    test: LISTENERS,
    name: 'ends when those that ask have their answer',
  },
  {
    promise: 'a service that cannot know devices does not start with a route for devices',
    without: 'the guard looks for the device directory at the start',
    file: 'libs/service/src/auth/access.guard.ts',
    find: 'if (isAnyForDevices && !this.signers.knowsDevices) throw new NoDeviceDirectoryError();',
    replace: 'void [isAnyForDevices, NoDeviceDirectoryError];',
    test: ACCESS,
    name: 'nobody says which there are',
  },
  {
    promise: 'no caller passes as a household because a route forgot to check',
    without: 'a caller of another kind is no device',
    file: 'libs/service/src/auth/caller.ts',
    find: "if (!('device' in caller)) throw new TypeError('the route is not for devices');",
    replace: '',
    test: ACCESS,
    name: 'does not pass for a household',
  },
  {
    promise: 'every attempt by staff is logged, also a refused one',
    without: 'the attempt is logged when the signature is known, not when the work is done',
    file: 'libs/service/src/auth/access.guard.ts',
    find: '    attempted(person);',
    replace: '    void attempted;',
    test: 'libs/service/test/operations.it.spec.ts',
    name: 'is in the log',
  },
  {
    promise: 'a stop takes as long as the longest loop, not as long as all loops together',
    without: 'all loops are told to stop at once',
    file: 'libs/service/src/scheduling/workers.ts',
    find: 'const stops = await Promise.allSettled(this.all.map((worker) => worker.stop()));',
    replace: `const stops: PromiseSettledResult<void>[] = [];
    for (const worker of this.all) stops.push(...(await Promise.allSettled([worker.stop()])));`,
    test: 'libs/service/src/scheduling/workers.spec.ts',
    name: 'end together',
  },
];

const routes: readonly Twin[] = [
  {
    promise: 'the ledger is shown only to staff who sign',
    without: 'the route declares its callers',
    file: 'apps/payments/src/ledger/books.controller.ts',
    find: "import { Answers, ReadsOnly, SignedBy } from '#libs/service';",
    replace:
      "import { Answers, Public, ReadsOnly } from '#libs/service';\nconst SignedBy = (..._: string[]) => Public();",
    test: 'apps/payments/test/books.it.spec.ts',
    name: 'are these and no others',
  },
];

export const twinsOfDoors: readonly Twin[] = [
  ...access,
  ...versions,
  ...cities,
  ...named,
  ...troubles,
  keptFiles,
  ...routes,
];
