import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { fromBody, isOutlived, Records, toBody, type KindSpec } from '#libs/records';
import { bytes, hex, toBase64url } from '#libs/sealing';
import type { CaseFile } from './domain/case-file.js';
import type { GrantKind } from './domain/decide.js';
import type { Clocks, isCaseOver } from './domain/ending.js';

/** Which case a grant belongs to. */
export interface GrantOfCase {
  readonly handle: Uint8Array;
  readonly kind: GrantKind;
}

const CASE = 'case';
const GRANT = 'grant';

/** Cases by the household's handle, and grants by their id. */
@Injectable()
export class CaseRepository {
  constructor(private readonly records: Records) {}

  /** The files that there are, by the handle's hexadecimal; nobody else changes them until the transaction ends. */
  async lock(tx: Tx, handles: readonly Uint8Array[]): Promise<Map<string, CaseFile>> {
    const records = await this.records.begin(tx);
    const bodies = await records.findForUpdate(CASE, handles);
    return new Map(
      handles.flatMap((handle, at) =>
        bodies[at] === undefined ? [] : [[hex(handle), fromBody<CaseFile>(bodies[at])] as const],
      ),
    );
  }

  async save(tx: Tx, files: readonly { readonly handle: Uint8Array; readonly file: CaseFile }[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      CASE,
      files.map(({ handle, file }) => ({ value: handle, body: toBody(file) })),
    );
  }

  /** In the order of the grants; undefined for one that leads to no case, or to none any more. */
  async ofGrants(tx: Tx, grants: readonly Uint8Array[]): Promise<readonly (GrantOfCase | undefined)[]> {
    const records = await this.records.begin(tx);
    const found = await records.find<{ handle: string; kind: GrantKind }>(GRANT, grants);
    return found.map((body) => body && { handle: bytes(body.handle), kind: body.kind });
  }

  /** @param until the last day on which the link is kept, days since 1970-01-01 */
  async addGrants(
    tx: Tx,
    grants: readonly (GrantOfCase & { readonly id: Uint8Array })[],
    until: number,
  ): Promise<void> {
    const records = await this.records.begin(tx);
    await records.put(
      GRANT,
      grants.map(({ id, handle, kind }) => ({ value: id, body: { handle: toBase64url(handle), kind, until } })),
    );
  }

  async removeGrants(tx: Tx, grants: readonly Uint8Array[]): Promise<void> {
    await (await this.records.begin(tx)).remove(GRANT, grants);
  }
}

/** @param isOver whether nothing of a case is wanted any more */
export function caseKinds(clocks: Clocks, isOver: typeof isCaseOver): readonly KindSpec[] {
  return [
    {
      kind: CASE,
      sizeBytes: 2_304,
      work: false,
      isOver: (body, today) => isOver(fromBody<CaseFile>(body), clocks, dayNumber(today)),
    },
    { kind: GRANT, sizeBytes: 192, work: false, isOver: isOutlived },
  ];
}
