import {
  addDays,
  CODE_BYTES,
  encodePayload,
  grantClosed,
  message,
  paymentsBoxMessage,
  paymentsNoticeDue,
  paymentsOutcomePosted,
  presenceConfirmed,
  type Outgoing,
} from '#libs/contracts';
import { codeBinding, hpkeSeal, sealToBox, toBase64url } from '#libs/sealing';
import type { Report } from '../domain/disburse.js';
import type { HouseholdEvent } from '../domain/message.js';
import type { HouseholdKeys } from '../domain/work.js';

export interface OutgoingSetting {
  /** The day of publication. */
  readonly today: string;
  /** How many days a message stays in its box. */
  readonly boxDays: number;
}

/** All messages about one household. Without its keys no message can be sealed to it. */
export function messagesFor(report: Report, setting: OutgoingSetting): readonly Outgoing<'payments'>[] {
  return report.events.flatMap((event) => messageFor(event, report, setting) ?? []);
}

function messageFor(
  event: HouseholdEvent,
  { householdRef, keys }: Report,
  setting: OutgoingSetting,
): Outgoing<'payments'> | undefined {
  const { today } = setting;
  switch (event.type) {
    case 'grant-closed':
      return message(grantClosed, today, { grant: event.grant, ended: event.ended });
    case 'presence-confirmed':
      return message(presenceConfirmed, today, { household: householdRef });
    case 'notice': {
      if (keys === undefined) return undefined;
      const { version, template } = event;
      return message(paymentsNoticeDue, today, { token: keys.linkToken, version, template });
    }
    case 'outcome':
      return keys === undefined ? undefined : outcome(event, keys, setting);
  }
}

/** The message is sealed to the receipt key, so intake cannot read it. The codes inside are sealed a second time. */
function outcome(
  event: Extract<HouseholdEvent, { type: 'outcome' }>,
  keys: HouseholdKeys,
  { today, boxDays }: OutgoingSetting,
): Outgoing<'payments'> {
  const { version, status, reasons, highestRequest, amountCents, items } = event;
  const lastDay = addDays(today, boxDays);
  const { box, sealed } = sealToBox({
    receiptKey: keys.receiptKey,
    contract: paymentsBoxMessage,
    version,
    lastDay,
    plaintext: encodePayload(paymentsBoxMessage, {
      status,
      version,
      reasons: [...reasons],
      lastDay,
      highestRequest,
      ready: items.map(({ payoutMethod: way, amountCents: cents, sealedCode }) => ({
        way,
        amountCents: String(cents),
        code: sealedCode,
      })),
      ...(amountCents === undefined ? {} : { amountCents: String(amountCents) }),
    }),
  });
  return message(paymentsOutcomePosted, today, {
    box: toBase64url(box),
    version,
    lastDay,
    sealed: toBase64url(sealed),
  });
}

/** Seals a collection code to the household before it is stored. */
export function sealCode(
  keys: HouseholdKeys,
  {
    payoutMethod,
    amountCents,
    code,
  }: { readonly payoutMethod: string; readonly amountCents: bigint; readonly code: string },
): string {
  const sealed = hpkeSeal({
    recipientKey: Buffer.from(keys.receiptKey, 'base64url'),
    ...codeBinding(payoutMethod, String(amountCents)),
    plaintext: Buffer.from(code.padEnd(CODE_BYTES)),
  });
  return toBase64url(sealed);
}
