import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { isInternalPath } from '../index.js';

describe('what is asked of the internal listener', () => {
  it.each(['/v1/operations/turn', '/v1/operations/parked/retry', '/v1/legal-holds/list', '/health/ready'])(
    '%s',
    (path) => expect(isInternalPath(path)).toBe(true),
  );

  it.each(['/v1/books', '/v1/ledger-freeze/lift', '/v1/operationsx', '/x/v1/operations/turn', '/'])(
    'and not %s',
    (path) => expect(isInternalPath(path)).toBe(false),
  );
});
