import { Module } from '@nestjs/common';
import { caseClocksOf } from '#libs/policy';
import { ServiceModule, type ServiceDefinition } from '#libs/service';
import { HttpTextCarrier, TextCarrier } from './carrier.adapter.js';
import { NotificationConfig } from './config.js';
import { contactKind, ContactRepository } from './contact.repository.js';
import { ContactService } from './contact.service.js';
import { TextCounts } from './text-counts.adapter.js';
import { isContactOver, isTextOver } from './domain/contact.js';
import { linkKind, LinkRepository } from './link.repository.js';
import { Initial1796169600000 } from './migrations/0001-initial.js';
import { OnContactGiven } from './on-contact-given.js';
import { OnNoticeDue } from './on-notice-due.js';
import { OnNotificationRequestFiled } from './on-notification-request-filed.js';
import { Pseudonyms } from './pseudonyms.js';
import { textKind, TextRepository } from './text.repository.js';
import { TextService } from './text.service.js';
import { TextWorker } from './text.worker.js';

export const notification: ServiceDefinition<'notification'> = {
  service: 'notification',
  config: NotificationConfig,
  kinds: (profile) => [contactKind(caseClocksOf(profile), isContactOver), textKind(isTextOver), linkKind],
  entities: [],
  migrations: [Initial1796169600000],
};

/** Opens the contact and sends texts that say nothing to whoever else holds the phone. */
@Module({
  imports: [ServiceModule.for(notification)],
  controllers: [OnContactGiven, OnNotificationRequestFiled, OnNoticeDue],
  providers: [
    ContactRepository,
    ContactService,
    LinkRepository,
    Pseudonyms,
    {
      provide: TextCarrier,
      useFactory: ({ smsUrl }: NotificationConfig) => new HttpTextCarrier(smsUrl),
      inject: [NotificationConfig],
    },
    TextCounts,
    TextRepository,
    TextService,
    TextWorker,
  ],
})
export class NotificationModule {}
