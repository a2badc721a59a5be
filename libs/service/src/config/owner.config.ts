import { Setting } from './setting.js';
import { IsDatabaseUrl, IsRoleName } from './validators.js';

/** The settings of the commands that work with the rights of the tables' owner. A service never gets them. */
export class OwnerConfig {
  @Setting('DATABASE_OWNER_URL')
  @IsDatabaseUrl()
  readonly ownerUrl!: string;

  /** The owner of database and tables, if it cannot log in: the login of the URL must be a member of it. */
  @Setting('DATABASE_OWNER_ROLE', { optional: true })
  @IsRoleName()
  readonly ownerRole?: string;
}
