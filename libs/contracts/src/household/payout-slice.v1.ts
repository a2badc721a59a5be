import { Equals, IsBoolean, Matches } from 'class-validator';
import { defineSealed } from '../core/contract.js';
import { Field, NestedField } from '../core/field.js';
import { IsEd25519Key, IsX25519Key } from '../core/public-keys.js';
import { IsBytes, IsCode } from '../core/shapes.js';

/** Without a register no value can be checked, so payments stores neither field. */
const NO_REGISTER = 'its slice is opened; finance has no register of payees yet';

/** The payee of a bill that is paid for the household; only with its separate consent. */
export class PayeeV1 {
  @Field({ data: 'payout', purpose: 'which payee of the register', until: NO_REGISTER })
  @IsCode()
  payee!: string;

  @Field({ data: 'payout', purpose: 'which bill of the payee', until: NO_REGISTER })
  @Matches(/^[A-Z0-9][A-Z0-9-]{2,23}$/)
  accountReference!: string;

  @Field({ data: 'payout', purpose: 'separate consent to what the payee learns' })
  @IsBoolean()
  @Equals(true)
  consent!: boolean;
}

/**
 * How the household wants to be paid. Payments alone opens it; the signature shows that it is the household's own
 * choice.
 */
export class PayoutSliceV1 {
  @Field({ data: 'key', purpose: 'verifies this choice and later requests' })
  @IsEd25519Key()
  commandKey!: string;

  @Field({ data: 'key', purpose: 'seals codes and answers to the household' })
  @IsX25519Key()
  receiptKey!: string;

  @Field({ data: 'pseudonym', purpose: 'names the household to notification' })
  @IsBytes(32)
  linkToken!: string;

  @Field({ data: 'payout', purpose: 'which rail', list: 'payoutMethods' })
  @IsCode()
  way!: string;

  @Field({ data: 'payout', purpose: 'checked when something is picked up; kept only as a keyed hash' })
  @Matches(/^[0-9A-HJKMNP-TV-Z]{8}$/)
  pickupCode!: string;

  @NestedField({ data: 'payout', purpose: 'payment of a bill' }, () => PayeeV1, { optional: true })
  payee?: PayeeV1;

  @Field({ data: 'key', purpose: 'by the command key, over everything else here and the day' })
  @IsBytes(64)
  signature!: string;
}

export const payoutSlice = defineSealed({
  name: 'household.payout-slice',
  producer: 'household',
  consumer: 'payments',
  purpose: 'pay the way the household chose',
  retention: 'until the case is closed',
  sizeBytes: 768,
  payload: PayoutSliceV1,
});
