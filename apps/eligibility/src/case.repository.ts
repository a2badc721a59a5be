import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { fromBody, isOutlived, Records, toBody, type KindSpec } from '#libs/records';
import { bytes, hex, toBase64url } from '#libs/sealing';
import type { CaseFile } from './domain/case-file.js';
import type { CaseState } from './domain/case.js';
import type { GrantKind } from './domain/decide.js';
import type { Clocks, isCaseOver } from './domain/ending.js';

/** The case to which a grant belongs. */
export interface GrantOfCase {
  readonly householdRef: Uint8Array;
  readonly kind: GrantKind;
}

type StoredCase = Omit<CaseFile, 'state'> & {
  readonly state: Omit<CaseState, 'resolved' | 'announced'> & {
    readonly settled: CaseState['resolved'];
    readonly said: CaseState['announced'];
  };
};

const CASE = 'case';
const GRANT = 'grant';

/** Cases by the household reference, and grants by their id. Records call the household reference `handle`. */
@Injectable()
export class CaseRepository {
  constructor(private readonly records: Records) {}

  /** The existing files, by the household reference in hexadecimal. They stay locked until the transaction ends. */
  async lock(tx: Tx, householdRefs: readonly Uint8Array[]): Promise<Map<string, CaseFile>> {
    const records = await this.records.begin(tx);
    const bodies = await records.findForUpdate(CASE, householdRefs);
    return new Map(
      householdRefs.flatMap((householdRef, at) =>
        bodies[at] === undefined ? [] : [[hex(householdRef), fileOf(bodies[at])] as const],
      ),
    );
  }

  /** For each household whether it has a case that opens. */
  async areReadable(tx: Tx, householdRefs: readonly Uint8Array[]): Promise<readonly boolean[]> {
    const found = await (await this.records.begin(tx)).findReadable(CASE, householdRefs);
    return found.map((body) => body !== undefined);
  }

  async save(tx: Tx, files: readonly { readonly householdRef: Uint8Array; readonly file: CaseFile }[]): Promise<void> {
    const records = await this.records.begin(tx);
    await records.save(
      CASE,
      files.map(({ householdRef, file }) => ({ value: householdRef, body: caseBody(file) })),
    );
  }

  /** In the order of the grants. Undefined for a grant without a case. */
  async ofGrants(tx: Tx, grants: readonly Uint8Array[]): Promise<readonly (GrantOfCase | undefined)[]> {
    const records = await this.records.begin(tx);
    const found = await records.find<{ handle: string; kind: GrantKind }>(GRANT, grants);
    return found.map((body) => body && { householdRef: bytes(body.handle), kind: body.kind });
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
      grants.map(({ id, householdRef, kind }) => ({
        value: id,
        body: { handle: toBase64url(householdRef), kind, until },
      })),
    );
  }

  async removeGrants(tx: Tx, grants: readonly Uint8Array[]): Promise<void> {
    await (await this.records.begin(tx)).remove(GRANT, grants);
  }
}

/**
 * The body of a case in its record. The record has older names for two parts of the state: `said` is `announced` and
 * `settled` is `resolved`.
 */
export function caseBody({ state, ...file }: CaseFile): object {
  const { resolved, announced, ...rest } = state;
  return toBody({ ...file, state: { ...rest, settled: resolved, said: announced } });
}

function fileOf(body: object): CaseFile {
  const { state, ...file } = fromBody<StoredCase>(body);
  const { settled, said, ...rest } = state;
  return { ...file, state: { ...rest, resolved: settled, announced: said } };
}

/** @param isOver whether a case has outlived all its clocks */
export function caseKinds(clocks: Clocks, isOver: typeof isCaseOver): readonly KindSpec[] {
  return [
    {
      kind: CASE,
      sizeBytes: 2_304,
      work: false,
      isOver: (body, today) => isOver(fileOf(body), clocks, dayNumber(today)),
    },
    { kind: GRANT, sizeBytes: 192, work: false, isOver: isOutlived },
  ];
}
