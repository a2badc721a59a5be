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
import type { CaseEvent } from './domain/case.js';
import type { CaseOutput } from './case.store.js';

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
export function messagesFor(output: CaseOutput, setting: OutgoingSetting): readonly Outgoing<'eligibility'>[] {
  return output.events.map((event) => messageFor(event, output, setting));
}

function messageFor(event: CaseEvent, output: CaseOutput, setting: OutgoingSetting): Outgoing<'eligibility'> {
  const { today, profileHash } = setting;
  switch (event.type) {
    case 'grant-awarded':
      return message(grantAwarded, today, {
        grant: toBase64url(output.grantIdOf(event.kind)),
        household: output.keys.paymentsHandle,
        kind: event.kind,
        amountCents: String(event.amountCents),
        needs: [...output.needs],
        tier: event.tier,
        serviceArea: output.areaName,
        version: event.version,
        stub: {
          profileHash: toBase64url(profileHash),
          rules: [...event.rules],
          evidenceClass: output.evidenceClass,
          ...(event.reviewer === undefined ? {} : { reviewer: output.pseudonymOf(event.reviewer) }),
        },
      });
    case 'grant-cancelled':
      return message(grantCancelled, today, {
        grant: toBase64url(output.grantIdOf(event.kind)),
        version: event.version,
        reason: event.reason,
      });
    case 'outcome':
      return outcome(event, output, setting);
    case 'notice':
      return message(eligibilityNoticeDue, today, {
        token: output.keys.linkToken,
        version: event.version,
        template: event.template,
      });
  }
}

/** Sealed to the receipt: intake carries it and cannot read it. */
function outcome(
  event: Extract<CaseEvent, { type: 'outcome' }>,
  { keys }: CaseOutput,
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
