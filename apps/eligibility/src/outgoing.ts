import {
  addDays,
  dayNumbered,
  eligibilityBoxMessage,
  eligibilityNoticeDue,
  eligibilityOutcomePosted,
  encodePayload,
  grantAwarded,
  grantCancelled,
  type DecisionTraceV1,
  message,
  type Outgoing,
} from '#libs/contracts';
import { sealToBox, toBase64url } from '#libs/sealing';
import type { CaseKeys } from './domain/case-file.js';
import type { CaseEvent } from './domain/case.js';
import type { GrantKind } from './domain/decide.js';

/** The events of one case, with the data from which their messages are made. */
export interface CaseNews {
  readonly keys: CaseKeys;
  readonly needs: readonly string[];
  readonly areaName: string;
  readonly evidenceClass: string;
  readonly events: readonly CaseEvent[];
  readonly grantIdOf: (kind: GrantKind) => Uint8Array;
  /** The name of the case at payments. */
  readonly caseRef: Uint8Array;
  /** The name of a reviewer for auditors. It changes each month. */
  readonly auditNameOf: (reviewer: string) => string;
}

export interface OutgoingSetting {
  /** The day on which the messages are published. */
  readonly today: string;
  readonly profileHash: Uint8Array;
  /** Days for which a message stays in its box. */
  readonly boxDays: number;
  /** Days after an award within which the household should hear from payments. */
  readonly askDays: number;
}

/** All messages that eligibility publishes about one case, in the order of the events. */
export function messagesFor(news: CaseNews, setting: OutgoingSetting): readonly Outgoing<'eligibility'>[] {
  return news.events.map((event) => messageFor(event, news, setting));
}

function messageFor(event: CaseEvent, news: CaseNews, setting: OutgoingSetting): Outgoing<'eligibility'> {
  const { today, profileHash } = setting;
  switch (event.type) {
    case 'grant-awarded':
      return message(grantAwarded, today, {
        grant: toBase64url(news.grantIdOf(event.kind)),
        household: news.keys.paymentsHandle,
        caseRef: toBase64url(news.caseRef),
        kind: event.kind,
        amountCents: String(event.amountCents),
        needs: [...news.needs],
        tier: event.tier,
        serviceArea: news.areaName,
        version: event.version,
        stub: decisionTraceOf(event, news, profileHash),
      });
    case 'grant-cancelled':
      return message(grantCancelled, today, {
        grant: toBase64url(news.grantIdOf(event.kind)),
        version: event.version,
        reason: event.reason,
      });
    case 'outcome':
      return outcome(event, news, setting);
    case 'notice':
      return message(eligibilityNoticeDue, today, {
        token: news.keys.linkToken,
        version: event.version,
        template: event.template,
      });
  }
}

/** The policy, the rules, the evidence class and the reviewer of a grant. */
function decisionTraceOf(
  { rules, reviewer }: Extract<CaseEvent, { type: 'grant-awarded' }>,
  { evidenceClass, auditNameOf }: CaseNews,
  profileHash: Uint8Array,
): DecisionTraceV1 {
  return {
    profileHash: toBase64url(profileHash),
    rules: [...rules],
    evidenceClass,
    ...(reviewer === undefined ? {} : { reviewer: auditNameOf(reviewer) }),
  };
}

/** The message is sealed to the receipt key. Intake carries it and cannot read it. */
function outcome(
  event: Extract<CaseEvent, { type: 'outcome' }>,
  { keys }: CaseNews,
  { today, boxDays, askDays }: OutgoingSetting,
): Outgoing<'eligibility'> {
  const { version, status, reasons, highestRequest, amountCents, awardedDay } = event;
  const lastDay = addDays(today, boxDays);
  const { box, sealed } = sealToBox({
    receiptKey: keys.receiptKey,
    contract: eligibilityBoxMessage,
    version,
    lastDay,
    plaintext: encodePayload(eligibilityBoxMessage, {
      status,
      version,
      reasons: [...reasons],
      // When payments is still silent after this day, the page asks the household for its payout method again.
      lastDay: awardedDay === undefined ? lastDay : dayNumbered(awardedDay + askDays),
      highestRequest,
      ready: [],
      ...(amountCents === undefined ? {} : { amountCents: String(amountCents) }),
    }),
  });
  return message(eligibilityOutcomePosted, today, {
    box: toBase64url(box),
    version,
    lastDay,
    sealed: toBase64url(sealed),
  });
}
