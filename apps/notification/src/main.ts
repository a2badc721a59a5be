import { runService } from '#libs/service';
import { NotificationModule, notificationSpec } from './notification.module.js';

await runService(notificationSpec, NotificationModule);
