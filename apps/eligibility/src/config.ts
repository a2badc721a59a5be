import { ServiceConfig } from '#libs/service';

/** The settings of eligibility: those that every service has. */
export class EligibilityConfig extends ServiceConfig {}
