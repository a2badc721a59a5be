import { canonicalJson } from '#libs/contracts';
import { sha256, toBase64url } from '#libs/sealing';

/** One act of staff, as the audit keeps it. */
export interface AuditEntry {
  /** From 1, without a gap. */
  readonly seq: number;
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly operation: string;
  readonly person: string;
  /** Empty, or `batch …`, `hold-…`, `key …`: never a household's value. */
  readonly about: string;
}

export interface AuditRow extends AuditEntry {
  /** base64url */
  readonly hash: string;
}

/** The hash before the first row. */
export const AUDIT_START = toBase64url(new Uint8Array(32));

/** The link of the chain: it vouches for the entry and for every entry before it. */
export function auditHash(previous: string, { seq, day, operation, person, about }: AuditEntry): string {
  const entry = canonicalJson({ seq, day, operation, person, about });
  return toBase64url(sha256(Buffer.concat([Buffer.from(previous, 'base64url'), Buffer.from(entry)])));
}

/** The newest row of a chain. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** Follows a chain over further rows. @returns the new head, or the number of the first row that does not fit */
export function followChain(head: AuditHead, rows: readonly AuditRow[]): AuditHead | { readonly brokenAt: number } {
  let { seq, hash } = head;
  for (const row of rows) {
    if (row.seq !== seq + 1 || auditHash(hash, row) !== row.hash) return { brokenAt: seq + 1 };
    ({ seq, hash } = row);
  }
  return { seq, hash };
}
