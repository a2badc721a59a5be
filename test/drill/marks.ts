import { randomBytes } from 'node:crypto';

import {
  commandBytes,
  contactSlice,
  CONTRACTS_VERSION,
  eligibilityRequest,
  encodePayload,
  factsSlice,
  notificationRequest,
  paymentsRequest,
  payoutSlice,
  type FileRequestV1,
  type SealedContract,
  type SubmitApplicationV1,
} from '#libs/contracts';
import { markedFields } from '#libs/contracts/testing';
import { deriveHousehold, newReceipt, sealApplication, type Household } from '#libs/household';
import { fromBase64url, receiptTail, sealTo, sliceBinding, toBase64url } from '#libs/sealing';

import type { SyntheticHousehold } from '../../deploy/demo/synthetic.js';
import { Applied, eventually, type TestCity } from '../support/city.js';
import { bytesNeedles, textNeedles, type Needle } from '../support/needles.js';

const slices = [
  ['facts', factsSlice],
  ['payout', payoutSlice],
  ['contact', contactSlice],
] as const satisfies readonly (readonly [keyof SubmitApplicationV1, SealedContract])[];
const requests = [eligibilityRequest, paymentsRequest, notificationRequest] as const;

/** Fields that a list of the profile closes, of a first application. */
export const closedFields: readonly string[] = [
  'household.facts-slice event',
  'household.facts-slice impacts',
  'household.facts-slice needs',
  'household.facts-slice residence.serviceArea',
  'household.facts-slice residence.evidenceClass',
  'household.payout-slice way',
];
/** Some of the others: each keeps nothing, or keeps it sealed. */
export const openFields: readonly string[] = [
  'household.payout-slice payee.accountReference',
  'household.payout-slice pickupCode',
  'household.contact-slice contact.email',
  'household.contact-slice contact.language',
  'household.eligibility-request evidenceClass',
  'household.payments-request way',
  'household.notification-request contact.language',
];
/** Reads what the households of the closed fields are told, by field. */
export async function statusesOf(marks: readonly SentMark[]): Promise<ReadonlyMap<string, string>> {
  const statuses = new Map<string, string>();
  for (const { contract, path, applied } of marks) {
    if (!closedFields.includes(`${contract} ${path}`)) continue;
    const status = await eventually(
      'an answer',
      () => applied.status(),
      (each) => each !== 'received' && each !== 'nothing-arrived' && each !== 'approved',
    );
    statuses.set(path, status);
  }
  return statuses;
}

/** Letters that fit every form of text in which a receipt's symbols are allowed. */
export function randomLetters(count: number): string {
  return Array.from(randomBytes(count), (byte) => 'ABCDEFGHJKMNPQRS'.charAt(byte & 15)).join('');
}

type Recipient = 'eligibility' | 'payments' | 'notification';

/** A field in which a foreign device has written about a person, and the household that it wrote for. */
export interface SentMark {
  readonly contract: string;
  readonly path: string;
  readonly text: string;
  readonly applied: Applied;
}

/**
 * Sends a text about a person in every field of every slice and request that lets one pass, each well formed, sealed
 * and signed, with the rest of the application as a good device makes it. The contracts say which fields these are.
 *
 * @param letters at least twelve capitals of the receipt's symbols
 */
export async function sendMarks(
  city: TestCity,
  letters: string,
  person: SyntheticHousehold,
): Promise<readonly SentMark[]> {
  const sent: SentMark[] = [];
  for (const [name, contract] of slices) {
    for (const path of pathsOf(contract, letters, await plainOf(await newHolder(), person))) {
      const holder = await newHolder();
      const plain = await plainOf(holder, person);
      const marked = markedFields(contract, letters, plain[name]).find((each) => each.path === path);
      if (marked === undefined) throw new Error('the field lets no text pass any more');
      const good = await sealApplication(holder, person.answers, city.setting);
      await city.kiosk.submit({ ...good, [name]: await sealed(city, holder.household, contract, marked.payload) });
      sent.push({ contract: contract.name, path, text: marked.text, applied: appliedOf(city, holder) });
    }
  }
  for (const contract of requests) sent.push(...(await sendMarkedRequests(city, letters, { contract, person })));
  return sent;
}

async function sendMarkedRequests(
  city: TestCity,
  letters: string,
  { contract, person }: { readonly contract: (typeof requests)[number]; readonly person: SyntheticHousehold },
): Promise<readonly SentMark[]> {
  const holder = await newHolder();
  await city.kiosk.submit(await sealApplication(holder, person.answers, city.setting));
  const sent: SentMark[] = [];
  for (const { path, text, payload } of markedFields(
    contract,
    letters,
    requestOf(holder.household, contract, person),
  )) {
    const request: FileRequestV1 = {
      contracts: CONTRACTS_VERSION,
      to: contract.consumer as Recipient,
      day: city.setting.day,
      sealed: await sealed(city, holder.household, contract, { ...payload, n: sent.length + 1 }),
    };
    await city.kiosk.file(request);
    sent.push({ contract: contract.name, path, text, applied: appliedOf(city, holder) });
  }
  return sent;
}

/** Returns needles for every text, and for its bytes where it took the place of a random value. */
export function markNeedles(marks: readonly SentMark[]): readonly Needle[] {
  return [...new Set(marks.map(({ text }) => text))].flatMap((text) => [
    // A shorter text would be found by chance.
    ...(text.length >= 8 ? textNeedles('a mark', text) : []),
    ...(text.length === 43 ? bytesNeedles('a mark', fromBase64url(text)) : []),
  ]);
}

interface Holder {
  readonly receipt: string;
  readonly household: Household;
}

async function newHolder(): Promise<Holder> {
  const receipt = newReceipt();
  return { receipt, household: await deriveHousehold(receipt) };
}

function appliedOf(city: TestCity, { receipt, household }: Holder): Applied {
  return new Applied(city, receipt, household);
}

type Plain = Readonly<Record<(typeof slices)[number][0], object>>;

function pathsOf(contract: SealedContract, letters: string, plain: Plain): readonly string[] {
  const [name] = slices.find(([, each]) => each === contract) as (typeof slices)[number];
  return markedFields(contract, letters, plain[name]).map(({ path }) => path);
}

const payee = { payee: 'PAYEE-1', accountReference: 'UNIT-EXAMPLE-1', consent: true };
const signature = 'A'.repeat(86);

/** The three slices of a household before they are signed and sealed, with every field that a device may fill. */
async function plainOf({ receipt, household }: Holder, { answers }: SyntheticHousehold): Promise<Plain> {
  const { at, linkTokens, pickupCode } = household;
  const [eligibility, payments, notification] = [at.eligibility, at.payments, at.notification];
  return {
    facts: {
      ...answers.facts,
      commandKey: toBase64url(eligibility.commandKey),
      receiptKey: toBase64url(eligibility.receiptKey),
      paymentsHandle: toBase64url(payments.householdRef),
      linkToken: toBase64url(linkTokens.eligibility),
      tokens: {},
      previousTokens: {},
    },
    payout: {
      commandKey: toBase64url(payments.commandKey),
      receiptKey: toBase64url(payments.receiptKey),
      linkToken: toBase64url(linkTokens.payments),
      way: 'CASH',
      pickupCode,
      payee,
      signature,
    },
    contact: {
      commandKey: toBase64url(notification.commandKey),
      eligibilityLink: toBase64url(linkTokens.eligibility),
      paymentsLink: toBase64url(linkTokens.payments),
      tail: receiptTail(receipt),
      contact: { channel: 'email', email: 'synthetic@nowhere.example', leaveMessage: false, language: 'en' },
      signature,
    },
  };
}

function requestOf(household: Household, contract: (typeof requests)[number], person: SyntheticHousehold): object {
  const keys = household.at[contract.consumer as Recipient];
  const request = { commandKey: toBase64url(keys.commandKey), n: 1, signature };
  if (contract === eligibilityRequest) return { ...request, kind: 'evidence-shown', evidenceClass: 'R1' };
  if (contract === notificationRequest) return { ...request, kind: 'contact-change', contact: person.answers.contact };
  return {
    ...request,
    kind: 'payout-change',
    way: 'CASH',
    payee,
    receiptKey: toBase64url(keys.receiptKey),
    linkToken: toBase64url(household.linkTokens.payments),
    pickupCode: household.pickupCode,
  };
}

/** Seals as a device would that knows no list. Where a contract has a signature, it is the household's own. */
async function sealed(
  city: TestCity,
  household: Household,
  contract: SealedContract,
  payload: object,
): Promise<string> {
  const { directory, day } = city.setting;
  const entry = directory.dayKeys.find((key) => key.service === contract.consumer && key.day === day);
  const keys = household.at[contract.consumer as Recipient];
  const own =
    'signature' in payload
      ? { ...payload, signature: toBase64url(await keys.sign(commandBytes(contract, day, payload))) }
      : payload;
  return toBase64url(
    await sealTo({
      recipientKey: fromBase64url(entry?.publicKey ?? ''),
      ...sliceBinding(contract, day),
      plaintext: encodePayload(contract, own as never),
    }),
  );
}
