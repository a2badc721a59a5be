import { describe, expect, it } from '@jest/globals';
import { AUDIT_START, auditHash, type AuditRow } from '#libs/service';

import { auditOf } from './audit.js';

function chainOf(...people: readonly string[]): readonly AuditRow[] {
  let hash = AUDIT_START;
  return people.map((person, at) => {
    const entry = { seq: at + 1, day: '2026-11-18', operation: 'turn', person, about: '' };
    hash = auditHash(hash, entry);
    return { ...entry, hash };
  });
}

describe('a check of the audit', () => {
  const rows = chainOf('ana', 'ben', 'eva');
  const headAt = (seq: number) => ({ seq, hash: rows[seq - 1]?.hash ?? AUDIT_START });

  it('names the head of a whole chain, which may be empty', () => {
    expect(auditOf(rows, [])).toEqual(headAt(3));
    expect(auditOf(rows, [headAt(0), headAt(2), headAt(3)])).toEqual(headAt(3));
    expect(auditOf([], [])).toEqual(headAt(0));
  });

  it('finds a chain that was cut at its end or written anew, by a head of before', () => {
    expect(auditOf(rows.slice(0, 2), [headAt(3)])).toEqual({ brokenAt: 3 });
    expect(auditOf(chainOf('ana', 'eva', 'eva'), [])).toHaveProperty('hash');
    expect(auditOf(chainOf('ana', 'eva', 'eva'), [headAt(1), headAt(2)])).toEqual({ brokenAt: 2 });
  });

  it('finds the first row that was changed', () => {
    expect(auditOf(rows.with(1, { ...(rows[1] as AuditRow), person: 'eva' }), [headAt(3)])).toEqual({ brokenAt: 2 });
  });
});
