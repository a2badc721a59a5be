import { expect, it } from '@jest/globals';
import { SealingError } from './errors.js';

it('says with its code alone what happened and whether to try again', () => {
  const error = new SealingError('forged');
  expect(error).toBeInstanceOf(Error);
  const { name, code, canRetry, message } = error;
  expect(Object.keys(error).sort()).toEqual(['canRetry', 'code', 'name']);
  expect({ name, code, canRetry, message }).toEqual({
    name: 'SealingError',
    code: 'forged',
    canRetry: false,
    message: 'The envelope is not signed by an identity key of its producer.',
  });
  expect(new SealingError('no-day-key').canRetry).toBe(true);
});
