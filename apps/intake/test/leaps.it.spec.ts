import { survivesLeaps } from '../../../test/support/leaps.js';
import { intake, IntakeModule } from '../src/intake.module.js';

survivesLeaps({ definition: intake, module: IntakeModule });
