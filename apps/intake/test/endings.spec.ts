import 'reflect-metadata';
import { addDays } from '#libs/contracts';
import { DAY, everyRecordEnds } from '../../../test/support/endings.js';
import { intake } from '../src/intake.module.js';

everyRecordEnds(intake, [
  { kind: 'application', what: 'known', body: { digest: 'd', day: DAY }, keptDays: 7 },
  { kind: 'request', what: 'known', body: { day: DAY }, keptDays: 7 },
  { kind: 'box', what: 'a message', body: { version: 1, lastDay: addDays(DAY, 38), sealed: '' }, keptDays: 38 },
]);
