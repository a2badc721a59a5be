import { describe, expect, it } from '@jest/globals';

import { ends, haveEnds } from '../../../test/support/table-ends.js';
import { databaseOf } from '../src/index.js';

haveEnds(databaseOf({ service: 'any' }).tables, {
  never: {
    acts: ['audit'],
    'by-hand': ['staff'],
    'one-each': ['witnessed_day', 'outbox_epoch', 'relay_cursor', 'applied_offset', 'circuit_breaker', 'city'],
  },
  emptied: {},
});

describe('the search for what ends a table', () => {
  it('finds each form, and nothing else', () => {
    expect(ends('DELETE FROM site_hour WHERE', 'site_hour')).toBe(true);
    expect(ends('DELETE FROM site_hours WHERE', 'site_hour')).toBe(false);
    expect(ends("'DROP TABLE public.record_%s'", 'record')).toBe(true);
    expect(ends('UPDATE public.batch b SET digest = NULL WHERE', 'batch', ['digest'])).toBe(true);
    expect(ends('UPDATE public.batch b SET digest = NULL WHERE', 'batch', ['digest', 'maker'])).toBe(false);
  });
});
