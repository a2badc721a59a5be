import { haveEnds } from '../../../test/support/table-ends.js';
import { payments } from '../src/payments.module.js';

haveEnds(payments.database?.tables ?? {}, {
  never: {
    'one-each': ['fund', 'account', 'chain_head'],
    money: ['chain', 'entry'],
    acts: ['approval', 'book_event'],
  },
  emptied: {
    batch: ['digest'],
    instrument: ['site', 'reference', 'batch', 'due', 'lease'],
    obligation: ['day', 'rail_name'],
  },
});
