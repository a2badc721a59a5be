import { randomBytes } from 'node:crypto';

import { locks, type Tx } from '#libs/database';
import { importPublicKey } from '#libs/sealing';

import { RecordsError } from './errors.js';
import { HELD, holdValue, isHoldable, WISH, type HeldBody, type HoldBody, type WishBody } from './held.js';
import type { FoundRow } from './kind.js';
import type { Records } from './records.js';
import type { RecordsTx } from './records-tx.js';
import { HOLD } from './schema.js';

const ID_BYTES = 9;
const ALL = 1_000_000;

export interface HoldRequest {
  readonly kind: string;
  /** Values by which the records are found, whether the records exist now or not. */
  readonly values: readonly Uint8Array[];
}

/** What one person wants, without its content. */
export interface HoldWish {
  readonly digest: Uint8Array;
  /** Pseudonym. */
  readonly person: string;
  readonly until: number;
}

/** A hold as it may be shown: of each kind, how many records it names and how many bodies it has kept. */
export interface HoldSummary {
  readonly id: string;
  readonly kinds: readonly { readonly kind: string; readonly named: number; readonly kept: number }[];
}

/**
 * Places and lifts legal holds. When a record that a hold names ends, is removed or is overwritten, its last content
 * becomes a record of the kind `held`. That record is sealed to the key of the custodian and kept through every turn
 * until the hold is lifted. Nobody else can read it, not even the service. Records that no hold names are not affected.
 * A hold reveals only its id, which is random.
 */
export class LegalHolds {
  /** @param custodianKey X25519, 32 bytes; without it no hold can be placed, and existing holds continue */
  constructor(
    private readonly records: Records,
    private readonly custodianKey: Uint8Array | undefined,
  ) {}

  /**
   * Whether two people want the same. The first one asks, and another one confirms by asking for exactly the same; the
   * wish is then used up. Call it first in the transaction that does what is wanted.
   *
   * @param digest 32 bytes over the operation and its content
   * @param until the last day on which another person can confirm, in days since 1970-01-01
   * @throws RecordsError `turning`
   */
  async agree(tx: Tx, { digest, person, until }: HoldWish): Promise<'asked' | 'agreed' | 'same-person'> {
    const records = await this.alone(tx);
    const [first] = await records.findForUpdate<WishBody>(WISH, [digest]);
    if (first === undefined) {
      await records.put(WISH, [{ value: digest, body: { person, until } }]);
      return 'asked';
    }
    if (first.person === person) return 'same-person';
    await records.remove(WISH, [digest]);
    return 'agreed';
  }

  /**
   * Checks that records of a kind can be held here, so that nobody asks for what cannot be done.
   *
   * @returns the key of the custodian. @throws RecordsError `no-custodian`, `unknown-kind`, `not-holdable`
   */
  mayHold(kind: string): Uint8Array {
    if (this.custodianKey === undefined) throw new RecordsError('no-custodian');
    const spec = this.records.kinds.get(kind);
    if (spec === undefined) throw new RecordsError('unknown-kind');
    if (!isHoldable(spec, this.records.kinds.get(HELD))) throw new RecordsError('not-holdable');
    return this.custodianKey;
  }

  /**
   * Places a hold, in a transaction of its own. It waits for every transaction that has begun to use records.
   *
   * @returns the id of the hold
   * @throws RecordsError `no-custodian`, `unknown-kind`, `not-holdable`, `turning`, `too-large` (some eight holds on
   * one record)
   */
  async placeHold(tx: Tx, { kind, values }: HoldRequest): Promise<string> {
    const custodianKey = this.mayHold(kind);
    importPublicKey('x25519', custodianKey);
    const records = await this.alone(tx);
    const id = `hold-${randomBytes(ID_BYTES).toString('hex')}`;
    const to = Buffer.from(custodianKey).toString('base64url');
    const named = values.map((value) => holdValue(kind, value));
    const before = await records.findForUpdate<HoldBody>(HOLD, named);
    const rows = named.map((value, at) => {
      const body: HoldBody = { kind, holds: [...(before[at]?.holds ?? []), { id, to }] };
      return { value, body };
    });
    await records.save(HOLD, rows);
    return id;
  }

  /**
   * Lifts a hold. Its held records are removed at once and become unreadable with the turns. @returns whether the hold
   * existed
   */
  async liftHold(tx: Tx, id: string): Promise<boolean> {
    const records = await this.alone(tx);
    const named = (await records.scan<HoldBody>(HOLD, ALL)).filter(({ body }) => names(body, id));
    const rest = named.map(({ value, body: { kind, holds } }) => ({
      value,
      body: { kind, holds: holds.filter((hold) => hold.id !== id) },
    }));
    const [left, over] = [
      rest.filter(({ body }) => body.holds.length > 0),
      rest.filter(({ body }) => body.holds.length === 0),
    ];
    await records.findForUpdate(
      HOLD,
      left.map(({ value }) => value),
    );
    await records.save(HOLD, left);
    await records.remove(
      HOLD,
      over.map(({ value }) => value),
    );
    const kept = await this.kept(records, id);
    await records.remove(
      HELD,
      kept.map(({ value }) => value),
    );
    return named.length > 0;
  }

  async listHolds(tx: Tx): Promise<readonly HoldSummary[]> {
    const records = await this.records.begin(tx);
    const placed = await records.scan<HoldBody>(HOLD, ALL);
    const kept = await records.scan<HeldBody>(HELD, ALL);
    const ids = new Set(placed.flatMap(({ body }) => body.holds.map(({ id }) => id)));
    return [...ids].sort().map((id) => {
      const own = placed.filter(({ body }) => names(body, id));
      const kinds = [...new Set(own.map(({ body }) => body.kind))].sort();
      const count = (kind: string): HoldSummary['kinds'][number] => ({
        kind,
        named: own.filter(({ body }) => body.kind === kind).length,
        kept: kept.filter(({ body }) => body.hold === id && body.kind === kind).length,
      });
      return { id, kinds: kinds.map(count) };
    });
  }

  /** Returns the held records of a hold, sealed to its custodian, in no order. `openHeld` opens each. */
  async exportHeld(tx: Tx, id: string): Promise<readonly Uint8Array[]> {
    const kept = await this.kept(await this.records.begin(tx), id);
    return kept.map(({ body }) => Buffer.from(body.sealed, 'base64url'));
  }

  private async kept(records: RecordsTx, id: string): Promise<readonly FoundRow<HeldBody>[]> {
    return (await records.scan<HeldBody>(HELD, ALL)).filter(({ body }) => body.hold === id);
  }

  /**
   * Opens the store alone: no other transaction uses records, and no turn is running with the holds that it read
   * before.
   */
  private async alone(tx: Tx): Promise<RecordsTx> {
    const { rows } = await tx.query('SELECT pg_try_advisory_xact_lock($1) AS won', [locks.turn]);
    if (!(rows[0] as { won: boolean }).won) throw new RecordsError('turning');
    await tx.query('SELECT pg_advisory_xact_lock($1)', [locks.night]);
    return this.records.begin(tx);
  }
}

function names({ holds }: HoldBody, id: string): boolean {
  return holds.some((hold) => hold.id === id);
}
