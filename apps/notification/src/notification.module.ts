import { Module } from '@nestjs/common';
import { ServiceModule, type ServiceDefinition } from '#libs/service';
import { HttpTextCarrier, TextCarrier } from './carrier.adapter.js';
import { NotificationConfig } from './config.js';
import { ContactDesk } from './contact-desk.js';
import { contactDaysOf, contactKinds, ContactStore } from './contact.store.js';
import { TextCounts } from './counts.js';
import { linkKind } from './link.store.js';
import { Tables1764028800001 } from './migrations/0001-tables.js';
import { OnContactGiven } from './on-contact-given.js';
import { OnNoticeDue } from './on-notice-due.js';
import { OnNotificationRequestFiled } from './on-notification-request-filed.js';
import { Pseudonyms } from './pseudonyms.js';
import { TextStore } from './text.store.js';
import { TextWorker } from './text-worker.js';

export const notificationSpec: ServiceDefinition<'notification'> = {
  service: 'notification',
  config: NotificationConfig,
  kinds: (profile) => [...contactKinds(contactDaysOf(profile)), linkKind],
  entities: [],
  migrations: [Tables1764028800001],
};

@Module({
  imports: [ServiceModule.for(notificationSpec)],
  controllers: [OnContactGiven, OnNotificationRequestFiled, OnNoticeDue],
  providers: [
    ContactDesk,
    ContactStore,
    Pseudonyms,
    {
      provide: TextCarrier,
      useFactory: ({ smsUrl }: NotificationConfig) => new HttpTextCarrier(smsUrl),
      inject: [NotificationConfig],
    },
    TextCounts,
    TextStore,
    TextWorker,
  ],
})
export class NotificationModule {}
