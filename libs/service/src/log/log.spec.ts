import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { catalogue, type Contract } from '#libs/contracts';
import { createLog, errorFields, logEvents, type Log, type LogEvent, type LogFields, isPseudonym } from './log.js';

/** Values that a caller may hold when it logs: typed input, sealed bytes, the text of an error. */
const canaries = ['Zoraida Núñez-Canario', '+12135550142', '(213) 555-0142', 'canary@mail.example', '{"n":"Zoraida"}'];
const canary = fc.constantFrom(...canaries);

class Loud extends Error {
  constructor(
    message: string,
    readonly code: unknown,
    readonly detail: unknown,
  ) {
    super(message, { cause: detail });
  }
}

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    canary,
    canary.map((text) => Buffer.from(text)),
    canary.map((text) => new Loud(text, text, { text })),
    canary.map((text) => new Loud(`several\n    at ${text} (/home/${text.length}:1:1)`, text, text)),
    canary.map((text) => Object.assign(new Error('quiet'), { stack: `Error: ${text}\n    at x (/a/b:1:1)`, text })),
    canary.map((text) => new Map([[text, new Set([text])]])),
    canary.map((text) => ({ toJSON: () => text, toString: () => text, [Symbol.toPrimitive]: () => text })),
    canary.map((text) => () => text),
    fc.bigInt(),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined, Number.NaN, 2_135_550_142, -2_135_550_142, 2_135_550_142.5),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fieldName(), canary), tie('tree'), { maxKeys: 4 }),
  ),
}));

/** Includes declared names, so that their values are tested as well as unknown names. */
function fieldName(): fc.Arbitrary<string> {
  const declared = Object.values(logEvents).flatMap((fields) => Object.keys(fields));
  return fc.constantFrom(
    ...new Set([...declared, 'msg', 'level', 'service', 'hour', 'err', '__proto__', 'constructor']),
  );
}

const topicNames = (catalogue as readonly Contract[]).map(({ topic }) => topic);
const events = Object.keys(logEvents) as LogEvent[];
const always = ['level', 'hour', 'service', 'msg'];

interface Line {
  readonly text: string;
  readonly keys: readonly string[];
}

function logged(write: (log: Log) => void): readonly Line[] {
  const texts: string[] = [];
  write(createLog('intake', { write: (line) => void texts.push(line) }));
  return texts.map((text) => ({ text, keys: Object.keys(JSON.parse(text) as object) }));
}

function holdsCanary(text: string): boolean {
  const forms = canaries.flatMap((each) => {
    const bytes = Buffer.from(each);
    return [each, JSON.stringify(each).slice(1, -1), bytes.toString('hex'), bytes.toString('base64'), bytes.join(',')];
  });
  return [...forms, 'Zoraida', '2135550142', '5550142'].some((form) => text.includes(form));
}

describe('a log line', () => {
  it('has only declared fields and nothing of what somebody said, whatever is handed over', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.dictionary(fieldName(), tree, { maxKeys: 6 }), (event, fields) => {
        const lines = logged((log) => log.write('info', event, fields as LogFields<typeof event>));
        const declared = [...always, ...Object.keys(logEvents[event])];
        return lines.length === 1 && lines.every(({ text, keys }) => !holdsCanary(text) && isWithin(keys, declared));
      }),
      { numRuns: 12_000 },
    );
  });

  it('has nothing of an error but its class, its code and places in the code', () => {
    fc.assert(
      fc.property(tree, (thrown) => {
        const lines = logged((log) => log.write('error', 'request-failed', errorFields(thrown)));
        const declared = [...always, ...Object.keys(logEvents['request-failed'])];
        return lines.every(({ text, keys }) => !holdsCanary(text) && isWithin(keys, declared));
      }),
      { numRuns: 3_000 },
    );
  });

  it('of an event that is not declared has no field', () => {
    const [line] = logged((log) => log.write('info', 'invented' as LogEvent, { code: 'x' } as object));
    expect(line?.keys.toSorted()).toEqual(always.toSorted());
  });

  it('keeps what is declared and well formed, to the hour', () => {
    const [line] = logged((log) => log.write('warn', 'bus', { event: 'parked', topic: 'intake.facts-submitted.v1' }));
    expect(JSON.parse(line?.text ?? '')).toEqual({
      level: 'warn',
      hour: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d$/),
      service: 'intake',
      event: 'parked',
      topic: 'intake.facts-submitted.v1',
      msg: 'bus',
    });
  });

  it.each(['23505', 'XX000', 'ERR_INVALID_ARG_TYPE', 'ECONNREFUSED', 'FST_ERR_CTP_BODY_TOO_LARGE', 'TypeORMError'])(
    'keeps the code %s',
    (code) => {
      const [line] = logged((log) => log.write('error', 'request-failed', { code }));
      expect(line?.text).toContain(`"code":"${code}"`);
    },
  );

  it('keeps the name of every topic', () => {
    const lines = topicNames.flatMap((topic) => logged((log) => log.write('info', 'bus', { topic })));
    expect(lines.map(({ text }) => (JSON.parse(text) as { topic?: string }).topic)).toEqual(topicNames);
  });

  it.each(['2135550142', 'ABCD2-EFGH', 'AB2D-EF3G-HJ4K-MN5P', 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA'])(
    'leaves out %s, which is no code',
    (code) => {
      const [line] = logged((log) => log.write('error', 'request-failed', { code }));
      expect(line?.keys).not.toContain('code');
    },
  );

  it('would show a leak: the search finds each canary in a line that holds it', () => {
    expect(canaries.filter((text) => !holdsCanary(JSON.stringify({ text })))).toEqual([]);
  });
});

describe('what is said of an error', () => {
  const thrown = (() => {
    try {
      throw new Loud('Zoraida typed this', 'some-code', 'Zoraida');
    } catch (error) {
      return error;
    }
  })();

  it('is its class, its code and its frames, and never its message', () => {
    const fields = errorFields(thrown);
    expect([fields.error, fields.code]).toEqual(['Loud', 'some-code']);
    expect(fields.frames[0]).toContain('log.spec.ts');
    expect(JSON.stringify(fields)).not.toContain('Zoraida');
  });

  it('has no frame that a message only pretends to be', () => {
    const error = new Error('first\n    at Zoraida (/home/street:12:1)\n    at /home/street:13');
    const { frames } = errorFields(error);
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.filter((frame) => frame.includes('street'))).toEqual([]);
  });

  it('has no frames when the message was changed afterwards', () => {
    const error = new Error('first\n    at Zoraida (/home/street:12:1)');
    expect(error.stack).toContain('street');
    error.message = 'second';
    expect(errorFields(error).frames).toEqual([]);
    error.message = '';
    expect(errorFields(error).frames).toEqual([]);
  });

  it('is next to nothing when it is no error', () => {
    expect(errorFields('Zoraida')).toEqual({ error: 'not-an-error', code: undefined, frames: [] });
  });
});

function isWithin(keys: readonly string[], declared: readonly string[]): boolean {
  return keys.every((key) => declared.includes(key));
}

describe('a pseudonym', () => {
  it.each<[unknown, boolean]>([
    ['clerk-one', true],
    ['command-line-2', true],
    ['command-line', false],
    ['2135550142', false],
    [undefined, false],
  ])('%j: %s', (value, expected) => expect(isPseudonym(value)).toBe(expected));
});
