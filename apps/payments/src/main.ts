import { runService } from '#libs/service';
import { PaymentsModule, payments } from './payments.module.js';

await runService(payments, PaymentsModule);
