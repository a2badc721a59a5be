import { sealedCatalogue, base64urlLength, sealedSize } from '../src/index.js';

/** The largest valid payload of every contract, made of obvious filler. */

const bytes = (count: number): string => 'A'.repeat(base64urlLength(count));
/** The base points of the two curves (RFC 7748, 4.1; RFC 8032, 5.1). */
const x25519Key = `CQ${'A'.repeat(41)}`;
const ed25519Key = `WG${'Zm'.repeat(20)}Y`;
const sealedOf = (name: string): string => {
  const contract = sealedCatalogue.find((candidate) => candidate.name === name);
  if (contract === undefined) throw new Error('no such sealed contract');
  return bytes(sealedSize(contract));
};
const code = (digit: number): string => `C${String(digit).repeat(15)}`;
const codes = (count: number): string[] => Array.from({ length: count }, (_, index) => code(index));
const word = 'w'.repeat(24);
const words = (count: number): string[] => Array.from({ length: count }, () => word);
const cents = '10000000';
const version = Number.MAX_SAFE_INTEGER;
const area = 'Z'.repeat(20);

const payee = { payee: code(1), accountReference: 'R'.repeat(24), consent: true };
const contact = {
  channel: 'email',
  email: `${'e'.repeat(40)}@${'x'.repeat(45)}.example`,
  leaveMessage: false,
  language: 'zht-Hant',
};
const tokens = { nameAndDay: 0xffff, contact: 0xfffff, dwelling: 0xffff };
const boxMessage = {
  status: 'tell-us-how-to-pay',
  version,
  reasons: words(6),
  lastDay: '2026-11-01',
  highestRequest: 1000,
  amountCents: cents,
  ready: Array.from({ length: 4 }, () => ({ way: code(1), amountCents: cents, code: bytes(80) })),
};
const posted = (service: string): object => ({
  box: bytes(32),
  version,
  lastDay: '2026-11-01',
  sealed: sealedOf(`${service}.box-message`),
});
const request = { commandKey: ed25519Key, n: 1000, signature: bytes(64) };

export const examples: Readonly<Record<string, object>> = {
  'intake.facts-submitted': { submission: bytes(32), sealed: sealedOf('household.facts-slice'), attended: false },
  'intake.payout-chosen': {
    submission: bytes(32),
    sealed: sealedOf('household.payout-slice'),
    lane: 'own-device',
    site: code(1),
  },
  'intake.contact-given': { submission: bytes(32), sealed: sealedOf('household.contact-slice') },
  'intake.eligibility-request-filed': { request: bytes(32), sealed: sealedOf('household.eligibility-request') },
  'intake.payments-request-filed': {
    request: bytes(32),
    sealed: sealedOf('household.payments-request'),
    lane: 'own-device',
    site: code(1),
  },
  'intake.notification-request-filed': { request: bytes(32), sealed: sealedOf('household.notification-request') },
  'eligibility.grant-awarded': {
    grant: bytes(32),
    household: bytes(32),
    caseRef: bytes(32),
    kind: 'standard',
    amountCents: cents,
    needs: codes(7),
    tier: 9,
    serviceArea: area,
    version,
    stub: {
      profileHash: bytes(32),
      rules: Array.from({ length: 8 }, () => 'rapid-on-attestation'),
      evidenceClass: code(1),
      reviewer: 'R'.repeat(8),
    },
  },
  'eligibility.grant-cancelled': { grant: bytes(32), version, reason: 'decided-again' },
  'eligibility.outcome-posted': posted('eligibility'),
  'payments.outcome-posted': posted('payments'),
  'eligibility.notice-due': { token: bytes(32), version, template: 'update' },
  'payments.notice-due': { token: bytes(32), version, template: 'update' },
  'payments.presence-confirmed': { household: bytes(32) },
  'payments.grant-closed': { grant: bytes(32), ended: 'cancelled' },
  'household.facts-slice': {
    commandKey: ed25519Key,
    receiptKey: x25519Key,
    paymentsHandle: bytes(32),
    linkToken: bytes(32),
    event: code(1),
    impacts: codes(5),
    needs: codes(7),
    impactPeriod: '2026-W46',
    incomeChange: 'cut-by-half-or-more',
    incomeAtOrBelow: false,
    billCents: cents,
    urgent: ['notice-7-days', 'no-food', 'medicine-or-infant'],
    bands: { to5: 20, to17: 20, to64: 20, over64: 20 },
    residence: { inCity: false, serviceArea: area, evidenceClass: code(1), areaFit: 'partial' },
    attested: { residence: false, impact: false, need: false, honesty: false },
    tokens,
    previousTokens: tokens,
  },
  'household.payout-slice': {
    commandKey: ed25519Key,
    receiptKey: x25519Key,
    linkToken: bytes(32),
    way: code(1),
    pickupCode: '0'.repeat(8),
    payee,
    signature: bytes(64),
  },
  'household.contact-slice': {
    commandKey: ed25519Key,
    eligibilityLink: bytes(32),
    paymentsLink: bytes(32),
    tail: '000',
    contact,
    signature: bytes(64),
  },
  'household.eligibility-request': { ...request, kind: 'evidence-shown', evidenceClass: code(1) },
  'household.payments-request': { ...request, kind: 'payout-change', way: code(1), payee },
  'household.notification-request': { ...request, kind: 'contact-change', contact },
  'intake.box-message': boxMessage,
  'eligibility.box-message': boxMessage,
  'payments.box-message': boxMessage,
};
