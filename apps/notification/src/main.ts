import { runService } from '#libs/service';
import { notification, NotificationModule } from './notification.module.js';

await runService(notification, NotificationModule);
