import { IsPath, IsServiceUrl, ServiceConfig, Setting } from '#libs/service';

/** The settings of payments, in addition to those of every service. */
export class PaymentsConfig extends ServiceConfig {
  /** Address of the cash partner. */
  @Setting('RAIL_URL')
  @IsServiceUrl()
  readonly railUrl!: string;

  /** Folder of the anchor, outside the database. All instances share it. */
  @Setting('ANCHOR')
  @IsPath()
  readonly anchorFolder!: string;
}
