import { createHash, randomBytes, type KeyObject } from 'node:crypto';

import { hex, hpkeOpen, hpkeSeal } from '#libs/sealing';

import { isOutlived, type Body, type KindSpec, type Lasting, type Row } from './kind.js';
import { HOLD } from './schema.js';

/** The kind of record that keeps, for a custodian alone, what ended or was overwritten under a legal hold. */
export const HELD = 'held';

/** The kind of record that keeps what one key holder has asked for, until another one confirms it. */
export const WISH = 'hold-wish';

const WISH_BYTES = 192;
const HPKE_BYTES = 48;
const ROOM_BYTES = 256;
const HOLD_BYTES = 1_024;
const VALUE_BYTES = 16;
const INFO = Buffer.from('held-record/v1');

/** The holds on one (kind, value), each with the X25519 key of its custodian, base64url. */
export interface HoldBody {
  readonly kind: string;
  readonly holds: readonly { readonly id: string; readonly to: string }[];
}

export interface HeldBody {
  readonly hold: string;
  readonly kind: string;
  /** base64url */
  readonly sealed: string;
}

/** The person who has asked, as a pseudonym. */
export interface WishBody extends Lasting {
  readonly person: string;
}

/** A held record as its custodian reads it. */
export interface HeldRecord {
  readonly kind: string;
  readonly value: Uint8Array;
  readonly body: Body;
}

/** The part of an open store that legal holds use. */
interface Store {
  find<B extends Body>(kind: string, values: readonly Uint8Array[]): Promise<(B | undefined)[]>;
  findForUpdate(kind: string, values: readonly Uint8Array[]): Promise<(Body | undefined)[]>;
  put(kind: string, rows: readonly Row[]): Promise<boolean[]>;
  spec(kind: string): KindSpec;
}

/** Returns the kinds that legal holds need among those of a service. They are large enough for all of its kinds. */
export function holdKinds(kinds: readonly KindSpec[]): readonly KindSpec[] {
  const plainBytes = Math.max(...kinds.map(writtenBytes), ROOM_BYTES);
  return [
    { kind: HOLD, sizeBytes: HOLD_BYTES, work: false },
    { kind: WISH, sizeBytes: WISH_BYTES, work: false, isOver: isOutlived },
    { kind: HELD, sizeBytes: Math.ceil(((plainBytes + HPKE_BYTES) * 4) / 3) + ROOM_BYTES, work: false },
  ];
}

/** Whether every record of a kind fits into a held record. */
export function isHoldable(spec: KindSpec, held: KindSpec | undefined): boolean {
  if (held === undefined || spec.kind === HOLD || spec.kind === HELD || spec.kind === WISH) return false;
  return writtenBytes(spec) <= plainBytesOf(held);
}

/** Returns the value under which the holds on a record are stored. */
export function holdValue(kind: string, value: Uint8Array): Buffer {
  return createHash('sha256').update(`${kind}\n`).update(value).digest();
}

/** Returns one record for each hold, all of one size. From here on only the custodian of the hold can read it. */
export function heldRows(row: HeldRecord, { holds }: HoldBody, held: KindSpec): readonly Row[] {
  const plaintext = Buffer.alloc(plainBytesOf(held), ' ');
  const value = Buffer.from(row.value).toString('base64url');
  plaintext.write(JSON.stringify({ kind: row.kind, value, body: row.body }));
  return holds.map(({ id, to }) => {
    const sealed = hpkeSeal({
      recipientKey: Buffer.from(to, 'base64url'),
      info: INFO,
      aad: Buffer.alloc(0),
      plaintext,
    });
    const body: HeldBody = { hold: id, kind: row.kind, sealed: sealed.toString('base64url') };
    return { value: randomBytes(VALUE_BYTES), body };
  });
}

/** Stores a held record for each record under a hold that is about to be removed or overwritten. */
export async function keepHeld(records: Store, kind: string, removed: readonly Uint8Array[]): Promise<void> {
  if (kind === HOLD || kind === HELD || kind === WISH) return;
  const values = [...new Map(removed.map((value) => [hex(value), value])).values()];
  const found = await records.find<HoldBody>(
    HOLD,
    values.map((value) => holdValue(kind, value)),
  );
  const named = values.filter((_, at) => found[at] !== undefined);
  if (named.length === 0) return;
  const holds = found.filter((hold) => hold !== undefined);
  const bodies = await records.findForUpdate(kind, named);
  const held = records.spec(HELD);
  const rows = named.flatMap((value, at) => {
    const [body, hold] = [bodies[at], holds[at]];
    return body === undefined || hold === undefined ? [] : heldRows({ kind, value, body }, hold, held);
  });
  await records.put(HELD, rows);
}

/**
 * Opens what `exportHeld` returned. The custodian runs it on a machine of their own.
 *
 * @param privateKey X25519
 * @throws SealingError `not-opened`
 */
export function openHeld(privateKey: KeyObject, sealed: Uint8Array): HeldRecord {
  const text = hpkeOpen({ privateKey, info: INFO, aad: Buffer.alloc(0), sealed }).toString('utf8');
  const { kind, value, body } = JSON.parse(text) as { kind: string; value: string; body: Body };
  return { kind, value: Buffer.from(value, 'base64url'), body };
}

/** Returns the length of the longest JSON for a record of a kind, with its value in base64. */
function writtenBytes({ kind, sizeBytes }: KindSpec): number {
  return Math.ceil((sizeBytes * 4) / 3) + kind.length + 64;
}

function plainBytesOf(held: KindSpec): number {
  return Math.floor(((held.sizeBytes - ROOM_BYTES) * 3) / 4) - HPKE_BYTES;
}
