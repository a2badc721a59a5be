import {
  BOX_ANSWER_BYTES,
  base64urlLength,
  decodeBoxAnswer,
  decodePayload,
  eligibilityBoxMessage,
  intakeBoxMessage,
  paymentsBoxMessage,
  type BoxMessageV1,
  type BoxStatus,
  type Day,
  type ReadBoxesV1,
} from '#libs/contracts';
import { boxBinding, codeBinding, fromBase64url, toBase64url, type Household } from '#libs/sealing';

const boxes = [
  ['intake', intakeBoxMessage],
  ['eligibility', eligibilityBoxMessage],
  ['payments', paymentsBoxMessage],
] as const;
type Sender = (typeof boxes)[number][0];

/** The newest message of each service that sent one. */
export type Messages = Readonly<Partial<Record<Sender, BoxMessageV1>>>;

/** The opened code of an instrument that is ready to collect. */
export interface ReadyCode {
  readonly way: string;
  readonly amountCents: bigint;
  readonly code: string;
}

/** Opens the collection codes of payments' message, in which they are sealed a second time. */
export function openCodes(household: Household, messages: Messages): Promise<readonly ReadyCode[]> {
  return Promise.all(
    (messages.payments?.ready ?? []).map(async ({ way, amountCents, code }) => {
      const binding = codeBinding(way, amountCents);
      const opened = await household.at.payments.openBox({ ...binding, sealed: fromBase64url(code) });
      return { way, amountCents: BigInt(amountCents), code: new TextDecoder().decode(opened).trimEnd() };
    }),
  );
}

/** The body of `POST /v1/boxes/read`. */
export function boxesOf(household: Household): ReadBoxesV1 {
  return { boxes: boxes.map(([sender]) => toBase64url(household.at[sender].boxId)) };
}

/** Opens the answers. An answer that this receipt cannot open counts as empty. */
export async function openBoxes(household: Household, answers: readonly string[]): Promise<Messages> {
  const opened = await Promise.all(boxes.map(([sender], at) => openBox(household, sender, answers[at] ?? '')));
  return Object.fromEntries(opened.filter((entry) => entry !== undefined)) as Messages;
}

async function openBox(
  household: Household,
  sender: Sender,
  answer: string,
): Promise<readonly [Sender, BoxMessageV1] | undefined> {
  if (answer.length !== base64urlLength(BOX_ANSWER_BYTES)) return undefined;
  const contract = boxes.find(([name]) => name === sender)?.[1] ?? intakeBoxMessage;
  try {
    const content = decodeBoxAnswer(fromBase64url(answer));
    if (content === undefined) return undefined;
    const keys = household.at[sender];
    const binding = boxBinding(contract, { box: keys.boxId, ...content });
    const plaintext = await keys.openBox({ ...binding, sealed: content.sealed });
    return [sender, decodePayload(contract, plaintext)];
  } catch {
    return undefined;
  }
}

export type ShownStatus = BoxStatus | 'nothing-arrived';

/**
 * The status that the household is shown. The last of intake, eligibility and payments that sent a message decides.
 * Payments reports on money that was granted and asks an unseen household to come, so its status counts until
 * eligibility closes the case; its "received" says that it has no more to say. If eligibility approved and payments
 * sends nothing until the last day of that answer, payments does not know how to pay,
 * because its slice was lost.
 */
export function statusOf(messages: Messages, today: Day): ShownStatus {
  const { intake, eligibility, payments } = messages;
  if (eligibility !== undefined && eligibility.status === 'closed') return 'closed';
  if (payments !== undefined && payments.status !== 'received') {
    // What a person has to correct comes first: nobody needs to come in vain.
    const isForPerson = payments.status === 'come-and-confirm' && eligibility?.status === 'ask-a-person';
    return isForPerson ? 'ask-a-person' : payments.status;
  }
  if (eligibility !== undefined) {
    const isSilent = payments === undefined && eligibility.lastDay < today;
    const isUnpaid = eligibility.status === 'approved' && isSilent;
    return isUnpaid ? 'tell-us-how-to-pay' : eligibility.status;
  }
  if (intake === undefined) return 'nothing-arrived';
  return intake.lastDay < today ? 'apply-again' : intake.status;
}
