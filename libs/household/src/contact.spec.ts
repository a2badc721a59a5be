import { describe, expect, it } from '@jest/globals';

import { contactSlice, notificationRequest, payoutSlice, SubmitApplicationV1, validate } from '#libs/contracts';

import { answers, newSetting, open, type Recipient } from '../test/device.js';
import { deriveHousehold, newReceipt, prepareRequest, sealApplication, type DeviceSetting } from './index.js';

const setting = newSetting();
/** Deriving the keys takes most of the time of a test. */
const known = newReceipt();
const holder = deriveHousehold(known).then((household) => ({ receipt: known, household }));

describe('an application', () => {
  it('goes without a contact while notification has no key, and without the others never', async () => {
    const without = (service: Recipient): DeviceSetting => ({
      ...setting,
      directory: { ...setting.directory, dayKeys: setting.directory.dayKeys.filter((key) => key.service !== service) },
    });
    const body = await sealApplication(await holder, answers, without('notification'));
    validate(SubmitApplicationV1, JSON.parse(JSON.stringify(body)));
    expect('contact' in body).toBe(false);
    expect(open('payments', payoutSlice, body.payout)).toBeDefined();
    for (const service of ['eligibility', 'payments'] as const) {
      const built = sealApplication(await holder, answers, without(service));
      await expect(built).rejects.toMatchObject({ code: 'no-day-key' });
    }
  });

  it('can give its contact later: the change has all that the slice has', async () => {
    const contact = { channel: 'text', phone: '+12135550177', leaveMessage: false, language: 'es' } as const;
    const { receipt } = await holder;
    const slice = open(
      'notification',
      contactSlice,
      (await sealApplication(await holder, { ...answers, contact }, setting)).contact ?? '',
    );
    const wish = { to: 'notification', kind: 'contact-change', contact } as const;
    const { sealed } = await prepareRequest(receipt, { wish, n: 1 }, setting);
    const { signature, ...given } = slice as { readonly signature: string };
    expect(signature).toBeDefined();
    expect(open('notification', notificationRequest, sealed)).toMatchObject(given);
  });
});
