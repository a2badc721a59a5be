import { survivesLeaps } from '../../../test/support/leaps.js';
import { notification, NotificationModule } from '../src/notification.module.js';
import { TextWorker } from '../src/text.worker.js';
import { QuietTextWorker } from './support.js';

survivesLeaps({
  definition: notification,
  module: NotificationModule,
  options: { env: { SMS_URL: 'http://127.0.0.1:1' }, instead: [[TextWorker, QuietTextWorker]] },
});
