import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

import type { AnyDelivery } from '#libs/bus/testing';
import {
  commandBytes,
  decodePayload,
  eligibilityBoxMessage,
  eligibilityRequest,
  eligibilityRequestFiled,
  encodePayload,
  factsSlice,
  factsSubmitted,
  message,
  paymentsBoxMessage,
  paymentsRequest,
  paymentsRequestFiled,
  payoutChosen,
  payoutSlice,
  type BoxMessageV1,
  type Day,
  type EligibilityRequestV1,
  type FactsSliceV1,
  type PayeeV1,
  type PaymentsRequestV1,
  type SealedContract,
} from '#libs/contracts';
import {
  boxBinding,
  boxIdOfSync,
  codeBinding,
  householdRefOfSync,
  hpkeOpen,
  hpkeSeal,
  sliceBinding,
  toBase64url,
  type FileKeyDirectory,
} from '#libs/sealing';

import type { PublishedMessage } from './service-under-test.js';
import type { TestKeyrings } from './test-keyrings.js';

interface Keys {
  readonly command: KeyObject;
  readonly commandKey: string;
  readonly receipt: KeyObject;
  readonly receiptKey: string;
}

export const someFacts: Omit<
  FactsSliceV1,
  'commandKey' | 'receiptKey' | 'paymentsHandle' | 'linkToken' | 'tokens' | 'previousTokens'
> = {
  event: 'EVT-A',
  impacts: ['I1'],
  needs: ['FOD'],
  impactPeriod: '2026-W46',
  incomeChange: 'stopped',
  urgent: [],
  bands: { to5: 1, to17: 0, to64: 2, over64: 0 },
  residence: { inCity: true, serviceArea: 'East', evidenceClass: 'R6', areaFit: 'inside' },
  attested: { residence: true, impact: true, need: true, honesty: true },
};

export type Lane = 'kiosk' | 'assisted' | 'own-device';

/** A household with random keys, without the slow derivation from a receipt. Its messages are sealed and signed. */
export class SignedHousehold {
  private readonly eligibility = newKeys();
  private readonly payments = newKeys();
  private readonly links = { eligibility: randomId(), payments: randomId() };

  constructor(
    private readonly keyrings: TestKeyrings,
    readonly day: Day,
  ) {}

  get eligibilityRef(): string {
    return toBase64url(householdRefOfSync(Buffer.from(this.eligibility.commandKey, 'base64url')));
  }

  get paymentsHandle(): string {
    return toBase64url(householdRefOfSync(Buffer.from(this.payments.commandKey, 'base64url')));
  }

  /** @param attended whether a device of the city signed the application */
  facts(change: Partial<FactsSliceV1> = {}, attended = true): AnyDelivery {
    const { commandKey, receiptKey } = this.eligibility;
    const slice: FactsSliceV1 = {
      ...someFacts,
      commandKey,
      receiptKey,
      paymentsHandle: this.paymentsHandle,
      linkToken: this.links.eligibility,
      tokens: {},
      previousTokens: {},
      ...change,
    };
    const sealed = this.seal(factsSlice, slice);
    return message(factsSubmitted, this.day, { submission: randomId(), sealed, attended });
  }

  payout(way = 'CASH', { lane = 'kiosk', site = 'SITE-001', forged = false, payee }: PayoutOptions = {}): AnyDelivery {
    const { commandKey, receiptKey } = this.payments;
    const slice = {
      commandKey,
      receiptKey,
      linkToken: this.links.payments,
      way,
      pickupCode: '0123ABCD',
      ...(payee === undefined ? {} : { payee }),
    };
    const signer = forged ? newKeys() : this.payments;
    return message(payoutChosen, this.day, {
      submission: randomId(),
      lane,
      ...(lane === 'own-device' ? {} : { site }),
      sealed: this.seal(payoutSlice, { ...slice, signature: this.signature(signer, payoutSlice, slice) }),
    } as never);
  }

  askEligibility(n: number, wish: Pick<EligibilityRequestV1, 'kind' | 'evidenceClass'>): AnyDelivery {
    const slice = { ...wish, commandKey: this.eligibility.commandKey, n };
    const sealed = this.seal(eligibilityRequest, {
      ...slice,
      signature: this.signature(this.eligibility, eligibilityRequest, slice),
    });
    return message(eligibilityRequestFiled, this.day, { request: randomId(), sealed });
  }

  askPayments(
    n: number,
    wish: Omit<PaymentsRequestV1, 'commandKey' | 'n' | 'signature'>,
    { lane = 'kiosk', site = 'SITE-002', forged = false }: PayoutOptions = {},
  ): AnyDelivery {
    const slice = { ...wish, commandKey: this.payments.commandKey, n };
    const signer = forged ? newKeys() : this.payments;
    const sealed = this.seal(paymentsRequest, { ...slice, signature: this.signature(signer, paymentsRequest, slice) });
    return message(paymentsRequestFiled, this.day, {
      request: randomId(),
      lane,
      ...(lane === 'own-device' ? {} : { site }),
      sealed,
    } as never);
  }

  /** Sends the payout method again, with everything that the payout slice had. */
  tellAgain(n: number, way: string, options: PayoutOptions = {}): AnyDelivery {
    const { receiptKey } = this.payments;
    const whole = { receiptKey, linkToken: this.links.payments, pickupCode: '0123ABCD' };
    return this.askPayments(n, { kind: 'payout-change', way, ...whole }, options);
  }

  /** Returns the newest message in its box at a service, among the published ones. */
  box(from: 'eligibility' | 'payments', published: readonly PublishedMessage[]): BoxMessageV1 | undefined {
    return this.boxes(from, published).at(-1);
  }

  /** Returns all its messages from a service, oldest version first. */
  boxes(from: 'eligibility' | 'payments', published: readonly PublishedMessage[]): readonly BoxMessageV1[] {
    const keys = this[from];
    const contract = from === 'payments' ? paymentsBoxMessage : eligibilityBoxMessage;
    const box = boxIdOfSync(Buffer.from(keys.receiptKey, 'base64url'));
    const id = toBase64url(box);
    return published
      .filter((each) => each.contract === `${from}.outcome-posted` && each.payload['box'] === id)
      .map(({ payload }) => {
        const { version, lastDay, sealed } = payload as { version: number; lastDay: string; sealed: string };
        const plaintext = hpkeOpen({
          privateKey: keys.receipt,
          ...boxBinding(contract, { box, version, lastDay }),
          sealed: Buffer.from(sealed, 'base64url'),
        });
        return decodePayload(contract, plaintext);
      })
      .sort((a, b) => a.version - b.version);
  }

  notices(from: 'eligibility' | 'payments', published: readonly PublishedMessage[]): readonly string[] {
    return published
      .filter((each) => each.contract === `${from}.notice-due` && each.payload['token'] === this.links[from])
      .sort((a, b) => (a.payload['version'] as number) - (b.payload['version'] as number))
      .map(({ payload }) => payload['template'] as string);
  }

  /** Returns the codes of a message, opened as the household's device does. */
  codes({ ready }: BoxMessageV1): readonly string[] {
    return ready.map(({ way, amountCents, code }) =>
      hpkeOpen({
        privateKey: this.payments.receipt,
        ...codeBinding(way, amountCents),
        sealed: Buffer.from(code, 'base64url'),
      })
        .toString()
        .trimEnd(),
    );
  }

  private signature(keys: Keys, contract: SealedContract, slice: object): string {
    return toBase64url(sign(null, commandBytes(contract, this.day, slice), keys.command));
  }

  private seal<C extends SealedContract>(contract: C, slice: object): string {
    const key = directoryOf(this.keyrings).dayKeyOf(contract.consumer as 'payments', this.day);
    if (key === undefined) throw new Error('no key of that day');
    const sealed = hpkeSeal({
      recipientKey: key.publicKey,
      ...sliceBinding(contract, this.day),
      plaintext: encodePayload(contract, slice as never),
    });
    return toBase64url(sealed);
  }
}

const directories = new WeakMap<TestKeyrings, FileKeyDirectory>();

/** Returns one directory for each set of keyrings, because it caches the signatures that it has checked. */
function directoryOf(keyrings: TestKeyrings): FileKeyDirectory {
  const directory = directories.get(keyrings) ?? keyrings.directory();
  directories.set(keyrings, directory);
  return directory;
}

interface PayoutOptions {
  readonly lane?: Lane;
  readonly site?: string;
  /** Sign with another household's key. */
  readonly forged?: boolean;
  readonly payee?: PayeeV1;
}

function newKeys(): Keys {
  const command = generateKeyPairSync('ed25519');
  const receipt = generateKeyPairSync('x25519');
  return {
    command: command.privateKey,
    commandKey: raw(command.publicKey),
    receipt: receipt.privateKey,
    receiptKey: raw(receipt.publicKey),
  };
}

function raw(key: KeyObject): string {
  return String(key.export({ format: 'jwk' })['x']);
}

export function randomId(): string {
  return randomBytes(32).toString('base64url');
}
