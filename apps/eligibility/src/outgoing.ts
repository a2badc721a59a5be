import {
  addDays,
  dayNumbered,
  eligibilityBoxMessage,
  eligibilityNoticeDue,
  eligibilityOutcomePosted,
  encodePayload,
  grantAwarded,
  grantCancelled,
  message,
  type Outgoing,
} from '#libs/contracts';
import { sealToBox, toBase64url } from '#libs/sealing';
import type { CaseKeys } from './domain/case-file.js';
import type { CaseEvent } from './domain/case.js';
import type { GrantKind } from './domain/decide.js';

/** What has to be told of one case, with what is needed to tell it. */
export interface CaseNews {
  readonly keys: CaseKeys;
  readonly needs: readonly string[];
  readonly areaName: string;
  readonly evidenceClass: string;
  readonly events: readonly CaseEvent[];
  readonly grantIdOf: (kind: GrantKind) => Uint8Array;
  /** What an auditor sees of a reviewer: another name each month. */
  readonly auditNameOf: (reviewer: string) => string;
}

export interface OutgoingSetting {
  /** The day on which it is said. */
  readonly today: string;
  readonly profileHash: Uint8Array;
  /** How long a message stays in its box. */
  readonly boxDays: number;
  /** So long after an award its household should have heard from payments. */
  readonly askDays: number;
}

/** Everything that eligibility says, to whom, of one case. */
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
        kind: event.kind,
        amountCents: String(event.amountCents),
        needs: [...news.needs],
        tier: event.tier,
        serviceArea: news.areaName,
        version: event.version,
        stub: {
          profileHash: toBase64url(profileHash),
          rules: [...event.rules],
          evidenceClass: news.evidenceClass,
          ...(event.reviewer === undefined ? {} : { reviewer: news.auditNameOf(event.reviewer) }),
        },
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

/** Sealed to the receipt: intake carries it and cannot read it. */
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
      // Where payments is still silent after this day, the reader asks the household to tell again how to be paid.
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
