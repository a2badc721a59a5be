import {
  addDays,
  clocks,
  contactGiven,
  eligibilityRequestFiled,
  encodePayload,
  factsSubmitted,
  intakeBoxMessage,
  message,
  notificationRequestFiled,
  paymentsRequestFiled,
  payoutChosen,
  type Lane,
  type Outgoing,
  type RequestRecipient,
  type SubmitApplicationV1,
} from '#libs/contracts';
import { sealToBox, sha256, toBase64url } from '#libs/sealing';

/** Names that intake derives for others, so that nobody finds an equal value in two databases. */
export interface Names {
  /** The name of an id in one contract: base64url of a keyed hash. */
  nameIn(contract: string, id: Uint8Array): string;
  /** The code by which one service knows a site. */
  siteAt(consumer: string, site: string): string;
}

/** The origin of a request, from its signature. */
export interface Origin {
  readonly lane: Lane;
  readonly site: string | undefined;
}

/** A later request of a household, sealed to one service. */
export interface Filing extends Origin {
  readonly to: RequestRecipient;
  readonly day: string;
  readonly sealed: string;
}

/** A message in a box of intake. Ids and sealed bytes are base64url. */
interface BoxedMessage {
  readonly box: string;
  readonly version: number;
  readonly lastDay: string;
  readonly sealed: string;
}

/** After the last day for an answer the box still says "apply again" for this long. */
const APPLY_AGAIN_DAYS = 30;

/** The three slices of an application. Each goes to the one service that can open it. */
export function sliceMessages(
  { application, lane, site }: Origin & { readonly application: SubmitApplicationV1 },
  names: Names,
): readonly Outgoing<'intake'>[] {
  const { day, facts, payout, contact } = application;
  const id = Buffer.from(application.application, 'base64url');
  return [
    message(factsSubmitted, day, {
      submission: names.nameIn(factsSubmitted.name, id),
      sealed: facts,
      // Eligibility learns neither the lane nor the site.
      attended: lane !== 'own-device',
    }),
    message(payoutChosen, day, {
      submission: names.nameIn(payoutChosen.name, id),
      sealed: payout,
      ...origin(lane, site, names),
    }),
    ...(contact === undefined
      ? []
      : [message(contactGiven, day, { submission: names.nameIn(contactGiven.name, id), sealed: contact })]),
  ];
}

/** A later request, for its service. Payments also gets the lane, because the lane can confirm presence. */
export function filedMessage({ to, day, sealed, lane, site }: Filing, names: Names): Outgoing<'intake'> {
  const id = sha256(Buffer.from(sealed));
  switch (to) {
    case 'eligibility':
      return message(eligibilityRequestFiled, day, { request: names.nameIn(eligibilityRequestFiled.name, id), sealed });
    case 'payments':
      return message(paymentsRequestFiled, day, {
        request: names.nameIn(paymentsRequestFiled.name, id),
        sealed,
        ...origin(lane, site, names),
      });
    case 'notification':
      return message(notificationRequestFiled, day, {
        request: names.nameIn(notificationRequestFiled.name, id),
        sealed,
      });
  }
}

/** The status "received" for the box of intake, with the last day on which an answer can arrive. */
export function receivedBox({ day, receiptKey }: SubmitApplicationV1, version: number): BoxedMessage {
  const answerBy = addDays(day, clocks.dayKeyDays);
  const lastDay = addDays(answerBy, APPLY_AGAIN_DAYS);
  const { box, sealed } = sealToBox({
    receiptKey,
    contract: intakeBoxMessage,
    version,
    lastDay,
    plaintext: encodePayload(intakeBoxMessage, {
      status: 'received',
      version,
      reasons: [],
      lastDay: answerBy,
      highestRequest: 0,
      ready: [],
    }),
  });
  return { box: toBase64url(box), version, lastDay, sealed: toBase64url(sealed) };
}

function origin(lane: Lane, site: string | undefined, names: Names): { lane: Lane; site?: string } {
  return site === undefined ? { lane } : { lane, site: names.siteAt('payments', site) };
}
