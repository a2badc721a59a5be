import { IsPath, IsServiceUrl, ServiceConfig, Setting } from '#libs/service';

/** What payments is told when it starts, besides what every service is told. */
export class PaymentsConfig extends ServiceConfig {
  /** Where the partner that pays out cash answers. */
  @Setting('RAIL_URL')
  @IsServiceUrl()
  readonly railUrl!: string;

  /** The folder in which the head of the books is written down, outside the database; all instances share it. */
  @Setting('ANCHOR')
  @IsPath()
  readonly anchorFolder!: string;
}
