import { runService } from '#libs/service';
import { intakeSpec, IntakeModule } from './intake.module.js';

await runService(intakeSpec, IntakeModule);
