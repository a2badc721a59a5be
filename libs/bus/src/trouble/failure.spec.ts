import { describe, expect, it } from '@jest/globals';

import { BusError } from './errors.js';
import { failureOf, parkingCodeOf } from './failure.js';

const withCode = (code: string): Error => Object.assign(new Error('text of the server'), { code });

describe('what kind of failure an error is', () => {
  it.each([
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['57014', 'timeout'],
    ['25P04', 'timeout'],
    ['57P01', 'infrastructure'],
    ['53100', 'infrastructure'],
    ['42501', 'infrastructure'],
    ['42P01', 'infrastructure'],
    ['ECONNREFUSED', 'infrastructure'],
    ['22P02', 'content'],
    ['23505', 'content'],
    ['P0001', 'content'],
  ])('%s is %s', (code, kind) => {
    expect(failureOf(withCode(code))).toBe(kind);
  });

  it('goes by canRetry where our own libraries say it', () => {
    expect(failureOf(new BusError('not-stored'))).toBe('infrastructure');
    expect(failureOf(new BusError('wrong-results'))).toBe('content');
    expect(failureOf(Object.assign(new Error(), { code: 'conflict', canRetry: true }))).toBe('conflict');
  });

  it('never blames a message for a disk, a file or a socket', () => {
    expect(failureOf(Object.assign(withCode('ENOSPC'), { syscall: 'write' }))).toBe('infrastructure');
    expect(failureOf(Object.assign(withCode('EACCES'), { syscall: 'open' }))).toBe('infrastructure');
    expect(failureOf(withCode('ERR_STREAM_DESTROYED'))).toBe('infrastructure');
  });

  it('knows a lost connection by its words, and anything else as a fault of the content', () => {
    expect(failureOf(new Error('Connection terminated unexpectedly'))).toBe('infrastructure');
    expect(failureOf(new TypeError('x is undefined'))).toBe('content');
    expect(failureOf('a thrown text')).toBe('content');
    expect(failureOf(undefined)).toBe('content');
  });
});

describe('the code under which a message is parked', () => {
  it('is one of our words, never a text from outside', () => {
    expect(parkingCodeOf(new BusError('wrong-results'))).toBe('wrong-results');
    expect(parkingCodeOf(withCode('23505'))).toBe('sql-23505');
    expect(parkingCodeOf(withCode('Maria Lopez'))).toBe('handler-failed');
    expect(parkingCodeOf(Object.assign(new BusError('halted'), { code: 'Maria Lopez' }))).toBe('handler-failed');
    expect(parkingCodeOf(new Error('Maria Lopez'))).toBe('handler-failed');
  });
});
