import { haveEnds } from '../../../test/support/table-ends.js';
import { eligibility } from '../src/eligibility.module.js';

haveEnds(eligibility.database?.tables ?? {}, { never: {}, emptied: {} });
