import type { Twin } from './twin.js';

const STRICT = 'libs/contracts/src/core/strict-json.spec.ts';
const FORM = 'libs/service/test/body-form.it.spec.ts';
const strictJson = 'libs/contracts/src/core/strict-json.ts';

/** The forms of a body that two readers would read differently. */
export const twinsOfBodies: readonly Twin[] = [
  {
    promise: 'JSON with a key twice is refused at any depth',
    without: 'the keys of each open object are kept',
    file: strictJson,
    find: "if (keys.has(key)) throw new ContractError('duplicate-key');",
    replace: '',
    test: STRICT,
  },
  {
    promise: 'a key that is spelled in two ways is one key',
    without: 'escapes are resolved before keys are compared',
    file: strictJson,
    find: "if (!token.includes('\\\\')) return token.slice(1, -1);",
    replace: 'if (token.length > 0) return token.slice(1, -1);',
    test: STRICT,
  },
  {
    promise: 'a number has one spelling and one value',
    without: 'the spelling of numbers is checked',
    file: strictJson,
    find: 'checkNumber(token);',
    replace: 'void checkNumber;',
    test: STRICT,
  },
  {
    promise: 'a text holds no half of a surrogate pair and no U+0000',
    without: 'escaped texts are checked',
    file: strictJson,
    find: "throw new ContractError('invalid-text');",
    replace: '{}',
    test: STRICT,
  },
  {
    promise: 'no body reaches the prototype of an object',
    without: 'the keys of every object are refused by the parser',
    file: strictJson,
    find: "if (NEVER_KEYS.has(key)) throw new ContractError('unknown-field');",
    replace: 'void NEVER_KEYS;',
    test: STRICT,
  },
  {
    promise: 'a body is not nested without limit',
    without: 'the parser counts open objects and lists',
    file: strictJson,
    find: 'const DEPTH_MAX = 16;',
    replace: 'const DEPTH_MAX = 100;',
    test: STRICT,
  },
  {
    promise: 'a body of staff is held to the same rules as a contract',
    without: 'a body is parsed strictly',
    file: 'libs/service/src/auth/caller.ts',
    find: 'parseJson(requestOf(context).body ?? NO_BODY)',
    replace: 'JSON.parse(String(requestOf(context).body ?? (NO_BODY && void parseJson)))',
    test: FORM,
  },
  {
    promise: 'an encoded body is refused at every door',
    without: 'the encoding of a body is checked',
    file: 'libs/service/src/http/body-form.ts',
    find: "if (content !== undefined && !isWord(content, 'identity')) throw new Problem('encoded-body');",
    replace: 'void content;',
    test: FORM,
  },
  {
    promise: 'a body that is packed on its way is refused at every door',
    without: 'the transfer encoding of a body is checked',
    file: 'libs/service/src/http/body-form.ts',
    find: "if (transfer !== undefined && !isWord(transfer, 'chunked')) throw new Problem('encoded-body');",
    replace: 'void transfer;',
    test: FORM,
  },
];
