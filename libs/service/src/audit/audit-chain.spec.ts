import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { AUDIT_START, auditHash, followChain, type AuditEntry, type AuditRow } from './audit-chain.js';

const start = { seq: 0, hash: AUDIT_START };

function rowsOf(...acts: readonly Partial<AuditEntry>[]): AuditRow[] {
  let hash = AUDIT_START;
  return acts.map((act, at) => {
    const entry = { seq: at + 1, day: '2026-11-18', operation: 'turn', person: 'clerk-one', about: '', ...act };
    hash = auditHash(hash, entry);
    return { ...entry, hash };
  });
}

describe('the chain of the audit', () => {
  const rows = rowsOf({}, { operation: 'republish' }, { person: 'clerk-two' }, { about: 'hold-0123456789abcdef01' });
  const head = { seq: 4, hash: rows[3]?.hash };

  it('can be followed by anybody with SHA-256 over canonical JSON', () => {
    const entry = '{"about":"","day":"2026-11-18","operation":"turn","person":"clerk-one","seq":1}';
    const hash = createHash('sha256').update(Buffer.alloc(32)).update(entry).digest('base64url');
    expect(rows[0]?.hash).toBe(hash);
  });

  it('ends in its newest row, in one go or page by page', () => {
    expect(followChain(start, rows)).toEqual(head);
    const half = followChain(start, rows.slice(0, 2));
    expect('hash' in half && followChain(half, rows.slice(2))).toEqual(head);
    expect(followChain(start, [])).toEqual(start);
  });

  it.each<[string, readonly AuditRow[], number]>([
    ['another person', rows.with(1, { ...(rows[1] as AuditRow), person: 'clerk-nine' }), 2],
    ['another day', rows.with(2, { ...(rows[2] as AuditRow), day: '2026-11-19' }), 3],
    ['another operation', rows.with(0, { ...(rows[0] as AuditRow), operation: 'audit' }), 1],
    ['another subject', rows.with(3, { ...(rows[3] as AuditRow), about: '' }), 4],
    ['a row less', rows.toSpliced(1, 1), 2],
    ['a row twice', rows.toSpliced(1, 0, rows[0] as AuditRow), 2],
    ['two rows exchanged', [rows[1], rows[0], ...rows.slice(2)] as AuditRow[], 1],
  ])('is broken by %s', (_what, changed, at) => {
    expect(followChain(start, changed)).toEqual({ brokenAt: at });
  });
});
