import { runService } from '#libs/service';
import { PaymentsModule, paymentsSpec } from './payments.module.js';

await runService(paymentsSpec, PaymentsModule);
