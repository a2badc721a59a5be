import { ServiceConfig } from '#libs/service';

/** What intake is told when it starts: what every service is told, and no more. */
export class IntakeConfig extends ServiceConfig {}
