import { describe, expect, it } from '@jest/globals';

import { park, applyAll } from './apply-all.js';

describe('a batch that is taken', () => {
  it('has its commands taken in one call, and is answered in order', async () => {
    const calls: (readonly object[])[] = [];
    const answers = await applyAll(['a', 'unknown', 'nothing', 'bad', 'b'], {
      translate: (name, at) => {
        if (name === 'unknown') return park('grant-unknown');
        if (name === 'bad') return park('request-incomplete');
        return name === 'nothing' ? undefined : { name, at };
      },
      apply: (commands) => {
        calls.push(commands);
        return Promise.resolve();
      },
    });
    expect(calls).toEqual([
      [
        { name: 'a', at: 0 },
        { name: 'b', at: 4 },
      ],
    ]);
    expect(answers).toEqual([
      { status: 'done' },
      { status: 'park', code: 'grant-unknown' },
      { status: 'done' },
      { status: 'park', code: 'request-incomplete' },
      { status: 'done' },
    ]);
  });
});
