import { runService } from '#libs/service';
import { intake, IntakeModule } from './intake.module.js';

await runService(intake, IntakeModule);
