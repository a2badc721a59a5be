import type { Twin } from './twin.js';

const WIDENING = 'libs/api-docs/src/widening.ts';
const WIDENING_TEST = 'libs/api-docs/src/widening.spec.ts';
const ANSWERS = 'libs/service/test/answers.it.spec.ts';

/** Pages that are made from the contracts, and the check that holds a service to its answers. */
export const twinsOfPages: readonly Twin[] = [
  {
    promise: 'a contract gains no field without a decision',
    without: 'the lines of fields are compared',
    file: WIDENING,
    find: 'if (known.has(line)) return false;',
    replace: "if (known.has(line) || line.includes(' field ')) return false;",
    test: WIDENING_TEST,
    name: 'cannot silently gain',
  },
  {
    promise: 'a field never holds more than before without a decision',
    without: 'the line with the rule of a field is compared',
    file: WIDENING,
    find: 'return [line, rule, ...',
    replace: 'return [line, ...(rule === undefined ? [rule] : []), ...',
    test: WIDENING_TEST,
    name: 'text in place of a number',
  },
  {
    promise: 'one person alone cannot widen a contract',
    without: 'two different people have to approve',
    file: WIDENING,
    find: 'approvers.length >= 2',
    replace: 'approvers.length >= 1',
    test: WIDENING_TEST,
    name: 'is not believed with',
  },
  {
    promise: 'the page about data flows states what the contracts state',
    without: 'the page is made from the contracts',
    file: 'libs/api-docs/src/data-flows.ts',
    find: ', data, why, until];',
    replace: ", data, why.slice(1), until ?? ''];",
    test: 'test/tidy/docs.spec.ts',
    name: 'are committed as',
  },
  {
    promise: 'a service cannot answer more than its route declares',
    without: 'each answer is compared with its declaration',
    file: 'libs/service/src/openapi/answer.interceptor.ts',
    find: '        refuseUndeclared(form, answer);',
    replace: '        void [refuseUndeclared, form];',
    test: ANSWERS,
    name: 'with a field that is not declared',
  },
  {
    promise: 'the description of a service names the callers of each route',
    without: 'the roles of a route are part of it',
    file: 'libs/service/src/openapi/describe.ts',
    find: 'return access.roles.map(',
    replace: 'return access.roles.slice(1).map(',
    test: ANSWERS,
    name: 'names each route with its callers',
  },
];
