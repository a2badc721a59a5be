import { ServiceConfig } from '#libs/service';

/** The settings of intake: those that every service has. */
export class IntakeConfig extends ServiceConfig {}
