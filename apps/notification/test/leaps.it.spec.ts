import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LeapingClock, survivesLeaps } from '../../../test/support/leaps.js';
import type { ServiceUnderTest } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { notification, NotificationModule } from '../src/notification.module.js';
import { TextService } from '../src/text.service.js';
import { TextWorker } from '../src/text.worker.js';
import { byText, openNotification, QuietTextWorker, Sender } from './support.js';

survivesLeaps({
  definition: notification,
  module: NotificationModule,
  options: { env: { SMS_URL: 'http://127.0.0.1:1' }, instead: [[TextWorker, QuietTextWorker]] },
});

describe('a text that waits, when clocks leap', () => {
  const clock = new LeapingClock();
  let keyrings: TestKeyrings;
  let service: ServiceUnderTest<'notification'>;

  beforeAll(async () => {
    keyrings = await TestKeyrings.create(clock.today);
    service = await openNotification(keyrings, { SMS_URL: 'http://127.0.0.1:1' }, clock, 'real');
    const sender = await Sender.create(keyrings);
    await service.deliver([await sender.gives(byText('+10005550123')), sender.notice('eligibility', 1)]);
  });
  afterAll(async () => {
    await service.close();
    await keyrings.remove();
  });

  it.each([9, 61, 400])('by %d days: it is sent and not dropped as too old', async (days) => {
    const texts = service.get(TextService);
    clock.leap('both', days);
    const due = await texts.claimDue(10);
    const { ready, dropped } = await texts.commit(due);
    expect([ready.length, dropped]).toEqual([1, []]);
    await texts.putOff(due, new Date(0));
    clock.correct();
  });
});
