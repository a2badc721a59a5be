import 'reflect-metadata';
import { day, everyRecordEnds } from '../../../test/support/endings.js';
import { newContact } from '../src/domain/contact.js';
import { notification } from '../src/notification.module.js';

everyRecordEnds(notification, [
  {
    kind: 'contact',
    what: 'given',
    body: { ...newContact, links: { eligibility: 'e', payments: 'p' }, lastDay: day },
    keptDays: [75, 81],
  },
  { kind: 'contact', what: 'a request alone', body: { ...newContact, lastDay: day }, keptDays: 9 },
  { kind: 'contact', what: 'stopped', body: { ...newContact, isStopped: true, lastDay: day }, keptDays: 9 },
  { kind: 'link', what: 'known', body: { handle: 'h', waiting: [], until: day + 75 }, keptDays: 75 },
  { kind: 'text', what: 'to be sent', body: { handle: 'h', from: 'payments', version: 1, day }, keptDays: 7 },
]);
