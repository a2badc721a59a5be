import { hmacSha256, openAtRest, sealAtRest, SealingError, type RowKeys } from '#libs/sealing';

import { RecordsError } from './errors.js';
import type { FoundRow, KindSpec, Row } from './kind.js';

const VALUE_LENGTH_BYTES = 2;
const BODY_LENGTH_BYTES = 4;

/** Seals and finds the rows of one night. It must not outlive the transaction, so that a destroyed key is gone. */
export class RowSeal {
  constructor(
    readonly night: number,
    private readonly keys: RowKeys,
  ) {}

  /** Returns the keyed hash by which a value is found in this night, 32 bytes. */
  lookup(kind: string, value: Uint8Array): Buffer {
    return hmacSha256(this.keys.lookup, kind, value);
  }

  /** @throws RecordsError `too-large` */
  seal(spec: KindSpec, lookup: Uint8Array, row: Pick<Row, 'value' | 'body'>): Buffer {
    return this.sealPacked(spec.kind, lookup, pack(spec, row));
  }

  /** @throws RecordsError `damaged` when the blob was not sealed for this night, kind and lookup, or holds no body */
  open(kind: string, lookup: Uint8Array, blob: Uint8Array): FoundRow {
    const packed = this.openPacked(kind, lookup, blob);
    try {
      return unpack(packed);
    } catch {
      throw new RecordsError('damaged');
    }
  }

  /** As `seal`, for packed bytes from `openPacked` of another night. */
  sealPacked(kind: string, lookup: Uint8Array, packed: Uint8Array): Buffer {
    return sealAtRest(this.keys.seal, this.aad(kind, lookup), packed);
  }

  /** As `open`, but returns the packed bytes: the turn need not understand what it carries. */
  openPacked(kind: string, lookup: Uint8Array, blob: Uint8Array): Buffer {
    try {
      return openAtRest(this.keys.seal, this.aad(kind, lookup), blob);
    } catch (error) {
      if (error instanceof SealingError) throw new RecordsError('damaged');
      throw error;
    }
  }

  private aad(kind: string, lookup: Uint8Array): Buffer {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(this.night, 0);
    head.writeUInt8(kind.length, 4);
    return Buffer.concat([head, Buffer.from(kind, 'latin1'), lookup]);
  }
}

/** Length of value, value, length of body, body as JSON, zeros up to the size of the kind. */
function pack(spec: KindSpec, { value, body }: Pick<Row, 'value' | 'body'>): Buffer {
  const json = Buffer.from(JSON.stringify(body), 'utf8');
  const needed = VALUE_LENGTH_BYTES + value.length + BODY_LENGTH_BYTES + json.length;
  if (needed > spec.sizeBytes) throw new RecordsError('too-large');
  const packed = Buffer.alloc(spec.sizeBytes);
  packed.writeUInt16BE(value.length, 0);
  packed.set(value, VALUE_LENGTH_BYTES);
  const bodyAt = VALUE_LENGTH_BYTES + value.length;
  packed.writeUInt32BE(json.length, bodyAt);
  packed.set(json, bodyAt + BODY_LENGTH_BYTES);
  return packed;
}

export function unpack(packed: Buffer): FoundRow {
  const { bodyAt, end } = partsOf(packed);
  const json = packed.toString('utf8', bodyAt + BODY_LENGTH_BYTES, end);
  return { value: packed.subarray(VALUE_LENGTH_BYTES, bodyAt), body: JSON.parse(json) as object };
}

/** Returns the value by which a packed record is found. */
export function valueOf(packed: Buffer): Buffer {
  return packed.subarray(VALUE_LENGTH_BYTES, partsOf(packed).bodyAt);
}

/**
 * Returns a packed record in the present size of its kind. If it does not fit, it keeps its own size and does not stop
 * the turn.
 */
export function resized(packed: Buffer, sizeBytes: number): Buffer {
  const { end } = partsOf(packed);
  if (packed.length === sizeBytes || end > sizeBytes) return packed;
  const result = Buffer.alloc(sizeBytes);
  packed.copy(result, 0, 0, end);
  return result;
}

function partsOf(packed: Buffer): { readonly bodyAt: number; readonly end: number } {
  const bodyAt = VALUE_LENGTH_BYTES + packed.readUInt16BE(0);
  return { bodyAt, end: bodyAt + BODY_LENGTH_BYTES + packed.readUInt32BE(bodyAt) };
}
