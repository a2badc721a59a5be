import { IsIn } from 'class-validator';
import { messageClocks } from '../core/clocks.js';
import { defineContract } from '../core/contract.js';
import { Field } from '../core/field.js';
import { IsBytes, IsVersion } from '../core/shapes.js';
import { noticeTemplates, type NoticeTemplate } from '../household/notice-templates.js';

export class PaymentsNoticeDueV1 {
  @Field({ data: 'pseudonym', purpose: 'finds the contact choice of the household' })
  @IsBytes(32)
  token!: string;

  @Field({ data: 'operational', purpose: 'one text per event' })
  @IsVersion()
  version!: number;

  @Field({ data: 'operational', purpose: 'which text' })
  @IsIn(noticeTemplates)
  template!: NoticeTemplate;
}

export const paymentsNoticeDue = defineContract({
  name: 'payments.notice-due',
  producer: 'payments',
  consumer: 'notification',
  purpose: 'send a text that says nothing but that there is news',
  uniqueBy: ['token', 'version'],
  namedByDevice: true,
  versionRule: 'once',
  clocks: messageClocks,
  sizeBytes: 192,
  payload: PaymentsNoticeDueV1,
});
