import { describe, expect, it } from '@jest/globals';
import type { SubmitApplicationV1 } from '#libs/contracts';
import { filedMessage, sliceMessages, type Names } from '../src/outgoing.js';

const names: Names = {
  nameIn: (contract) => `name in ${contract}`,
  siteAt: (consumer, site) => `${site} AT ${consumer}`.toUpperCase(),
};
const application = { application: 'AAAA', day: '2026-11-18' } as unknown as SubmitApplicationV1;
const origin = { lane: 'kiosk', site: 'SITE-7' } as const;

describe('the site of a kiosk', () => {
  it('has one code at payments, in the application and in later requests, and reaches no other service', () => {
    const slices = sliceMessages({ ...origin, application }, names);
    const requests = (['eligibility', 'payments', 'notification'] as const).map((to) =>
      filedMessage({ ...origin, to, day: '2026-11-18', sealed: 'AAAA' }, names),
    );
    const sites = [...slices, ...requests].map(({ contract, payload }) => [
      contract.name,
      'site' in payload ? payload.site : undefined,
    ]);
    expect(sites.filter(([, site]) => site !== undefined)).toEqual([
      ['intake.payout-chosen', 'SITE-7 AT PAYMENTS'],
      ['intake.payments-request-filed', 'SITE-7 AT PAYMENTS'],
    ]);
  });
});
