import { Module } from '@nestjs/common';
import type { ServiceSpec } from '#libs/service';
import { ContactDesk } from './contact-desk.js';
import { contactDaysOf, contactKinds, ContactStore } from './contact.store.js';
import { linkKind } from './link.store.js';
import { Tables1764028800001 } from './migrations/0001-tables.js';
import { OnContactGiven } from './on-contact-given.js';
import { OnNoticeDue } from './on-notice-due.js';
import { OnNotificationRequestFiled } from './on-notification-request-filed.js';
import { TextStore } from './text.store.js';
import { TextWorker } from './text-worker.js';

export const notificationSpec: ServiceSpec<'notification'> = {
  service: 'notification',
  kinds: (profile) => [...contactKinds(contactDaysOf(profile)), linkKind],
  entities: [],
  migrations: [Tables1764028800001],
};

@Module({
  controllers: [OnContactGiven, OnNotificationRequestFiled, OnNoticeDue],
  providers: [ContactDesk, ContactStore, TextStore, TextWorker],
})
export class NotificationModule {}
