import { haveEnds } from '../../../test/support/table-ends.js';
import { intake } from '../src/intake.module.js';

haveEnds(intake.database?.tables ?? {}, { never: { 'by-hand': ['device'] }, emptied: {} });
