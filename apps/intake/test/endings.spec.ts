import 'reflect-metadata';
import { addDays } from '#libs/contracts';
import { DAY, everyRecordEnds } from '../../../test/support/endings.js';
import { intakeSpec } from '../src/intake.module.js';

everyRecordEnds(intakeSpec, [
  { kind: 'application', what: 'known', body: { digest: 'd', day: DAY }, keptDays: 7 },
  { kind: 'request', what: 'known', body: { day: DAY }, keptDays: 7 },
  { kind: 'box', what: 'a message', body: { version: 1, lastDay: addDays(DAY, 38), sealed: '' }, keptDays: 38 },
]);
