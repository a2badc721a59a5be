import type { Twin } from './twin.js';

const ACCESS = 'libs/service/test/access.it.spec.ts';

const versions: readonly Twin[] = [
  {
    promise: 'data of an older version is refused, and not taken for ours',
    without: 'what has been migrated is compared with what is known',
    file: 'libs/service/src/database/data-source.ts',
    find: 'if (done.some(({ name }) => !known.has(name))) throw new OlderDataError();',
    replace: 'void [done, known, OlderDataError];',
    test: 'libs/service/test/older-data.it.spec.ts',
  },
];

const access: readonly Twin[] = [
  {
    promise: 'a route that declares nobody who may call it keeps its service from starting',
    without: 'each route is looked at as it is added',
    file: 'libs/service/src/http/http-app.ts',
    find: 'if (access === undefined) throw new UndeclaredRouteError();',
    replace: 'void access;',
    test: ACCESS,
    name: 'declares nobody who may call it',
  },
  {
    promise: 'who has sent a request is known before anything in it is looked at',
    without: 'every route stands behind the guard',
    file: 'libs/service/src/auth/access.guard.ts',
    find: `if (context.getType() !== 'http') return true;`,
    replace: 'if (context !== undefined) return true;',
    test: ACCESS,
    name: 'asks who has sent a request',
  },
  {
    promise: 'what is for operators cannot be reached from outside',
    without: 'routes belong to one listener',
    file: 'libs/service/src/http/internal-controller.ts',
    find: 'RouteConstraints({ listener: INTERNAL })(prototype, name, descriptor);',
    replace: 'void RouteConstraints;',
    test: ACCESS,
    name: 'cannot be reached from outside',
  },
  {
    promise: 'a route takes no content unless it says which',
    without: 'content that nobody expects is refused',
    file: 'libs/service/src/auth/access.guard.ts',
    find: 'if (!takesBody(context.getHandler())) refuseContent(request.body);',
    replace: 'void takesBody;',
    test: ACCESS,
    name: 'takes no content unless it says which',
  },
];

export const twinsOfDoors: readonly Twin[] = [...access, ...versions];
