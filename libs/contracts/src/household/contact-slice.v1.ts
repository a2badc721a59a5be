import { IsBoolean, IsIn, Matches, IsEmail, MaxLength } from 'class-validator';
import { defineSealed } from '../core/contract.js';
import { Field, NestedField } from '../core/field.js';
import { IsEd25519Key } from '../core/public-keys.js';
import { IsBytes, shape } from '../core/shapes.js';

const UNTIL_STOP = 'a stop, or the end of the case';

export const contactChannels = ['none', 'text', 'call', 'email'] as const;

/** A phone number or a mail address must be present exactly if the channel needs it: nothing unused is stored. */
function FitsChannel(): PropertyDecorator {
  return shape('fits-channel', (_value, contact) => {
    const { channel, phone, email } = contact as ContactChoiceV1;
    const wantsPhone = channel === 'text' || channel === 'call';
    return (phone !== undefined) === wantsPhone && (email !== undefined) === (channel === 'email');
  });
}

/** How, and whether, the household may be reached. */
export class ContactChoiceV1 {
  @Field({ data: 'contact', purpose: 'which channel; none is the default', until: UNTIL_STOP })
  @IsIn(contactChannels)
  @FitsChannel()
  channel!: (typeof contactChannels)[number];

  @Field({ data: 'contact', purpose: 'where texts and calls go', until: UNTIL_STOP }, { optional: true })
  @Matches(/^\+1\d{10}$/)
  phone?: string;

  @Field({ data: 'contact', purpose: 'where mail goes', until: UNTIL_STOP }, { optional: true })
  @IsEmail()
  @MaxLength(100)
  email?: string;

  @Field({ data: 'contact', purpose: 'whether a voice message may be left' })
  @IsBoolean()
  leaveMessage!: boolean;

  @Field({ data: 'contact', purpose: 'language of the texts', until: UNTIL_STOP, list: 'languages' })
  @Matches(/^[a-z]{2,3}(-[A-Z][a-z]{3})?$/)
  language!: string;
}

/** Notification alone opens it. */
export class ContactSliceV1 {
  @Field({ data: 'key', purpose: 'verifies later requests' })
  @IsEd25519Key()
  commandKey!: string;

  @Field({ data: 'pseudonym', purpose: 'names the household when eligibility has news' })
  @IsBytes(32)
  eligibilityLink!: string;

  @Field({ data: 'pseudonym', purpose: 'names the household when payments has news' })
  @IsBytes(32)
  paymentsLink!: string;

  @Field({ data: 'pseudonym', purpose: 'last symbols of the number, so that the household knows which one is meant' })
  @Matches(/^[0-9A-HJKMNP-TV-Z]{3}$/)
  tail!: string;

  @NestedField({ data: 'contact', purpose: 'how to reach the household' }, () => ContactChoiceV1)
  contact!: ContactChoiceV1;

  @Field({ data: 'key', purpose: 'by the command key, over everything else here and the day' })
  @IsBytes(64)
  signature!: string;
}

export const contactSlice = defineSealed({
  name: 'household.contact-slice',
  producer: 'household',
  consumer: 'notification',
  purpose: 'tell the household that there is news, if it wants to be told',
  retention: 'until a stop, or 45 days after the last payment or the end of the appeal',
  sizeBytes: 768,
  payload: ContactSliceV1,
});
