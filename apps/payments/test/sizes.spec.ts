import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { base64urlLength, HPKE_OVERHEAD_BYTES, CODE_BYTES } from '#libs/contracts';
import { caseClocksOf, loadProfile, recordLimits } from '#libs/policy';
import { isHouseholdOver } from '../src/domain/clocks.js';
import type { GrantOfHousehold, ReadyItem } from '../src/domain/household.js';
import { report } from '../src/domain/message.js';
import type { Obligation, Instrument } from '../src/domain/obligation.js';
import { bodyOfHousehold, householdKinds } from '../src/disbursement/index.js';
import type { HouseholdRecord } from '../src/domain/work.js';

const ID = 'x'.repeat(43);
const CODE = 'A-CODE-OF-SIXTEE';
const SEALED = 'x'.repeat(base64urlLength(CODE_BYTES + HPKE_OVERHEAD_BYTES));

const grant = (kind: GrantOfHousehold['kind'], obligation: string): GrantOfHousehold => ({
  grant: ID,
  obligation,
  kind,
  amountCents: recordLimits.grantCents,
  needs: Array.from({ length: 7 }, () => CODE),
  tier: 9,
  serviceArea: 'AnAreaOfTwentySigns',
  isCancelled: false,
  day: 20_775,
  isClosedTold: true,
});

const items = Array.from({ length: recordLimits.instruments }, (_, number): ReadyItem => ({
  obligation: ID,
  number,
  payoutMethod: CODE,
  amountCents: recordLimits.grantCents,
  sealedCode: SEALED,
  day: 20_775,
}));

const profile = loadProfile(
  JSON.parse(readFileSync(new URL('../../../deploy/profiles/los-angeles.json', import.meta.url), 'utf8')),
);

describe('the largest household', () => {
  it('fits into its record with as many uncollected codes as a profile may produce', () => {
    const grants = [grant('rapid', ID), grant('standard', ID.replace('x', 'y'))];
    const out = items.map(({ number, payoutMethod, amountCents }): Instrument => {
      return {
        number,
        generation: 0,
        amountCents,
        payoutMethod: payoutMethod,
        site: CODE,
        state: 'issued',
        isSecretLost: false,
        isClaimed: true,
        inquireFirst: false,
      };
    });
    const owed = grants.map(({ obligation, kind }): [string, Obligation] => [
      obligation,
      { ...grant(kind, ID), id: obligation, status: 'reserved', fund: 'GIFT', instruments: out },
    ]);
    const before = {
      payout: { payoutMethod: CODE, site: CODE },
      isToldAgain: true,
      isWithdrawn: false,
      lastDay: 20_895,
      ownDay: 20_895,
      unseenSince: 20_775,
      isUnseenOver: true,
      isPresenceTold: true,
      change: { n: 1_000, payoutMethod: CODE },
      unknownChoice: 1_000,
      isPresent: true,
      presence: { n: 1_000, site: CODE },
      highestRequest: 1_000,
      caseRef: ID,
      grants,
      items,
      reported: { text: '', status: undefined, itemsReady: 0, version: 0 },
    };
    const { state, events } = report(before, new Map(owed), 1_795_000_000_000);
    expect(events[0]).toMatchObject({ type: 'outcome', items: items.slice(0, 4) });
    const record: HouseholdRecord = {
      // An ended or lapsed grant has no codes; both together are longer than any record can be.
      state: { ...state, grants: state.grants.map((each) => ({ ...each, lapsed: { day: 20_805, n: 1_000 } })) },
      keys: {
        receiptKey: ID,
        linkToken: ID,
        pickup: ID,
      },
    };
    const bytes = Buffer.byteLength(JSON.stringify(bodyOfHousehold(record))) + 32 + 6;
    expect(bytes).toBeLessThanOrEqual(householdKinds(caseClocksOf(profile), isHouseholdOver)[0]?.sizeBytes ?? 0);
  });
});
