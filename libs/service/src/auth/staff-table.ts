import { commentsOn } from '#libs/database';
import { staffMeaning } from './staff.entity.js';

/** The table of `Staff`, for the migrations of each service. */
export const staffUp: readonly string[] = [
  `CREATE TABLE staff (
  name text NOT NULL,
  person text NOT NULL,
  role text NOT NULL,
  public_key bytea NOT NULL,
  revoked boolean NOT NULL DEFAULT false,
  CONSTRAINT staff_key PRIMARY KEY (name)
)`,
  ...commentsOn({ staff: staffMeaning }),
];

export const staffDown: readonly string[] = ['DROP TABLE staff'];
