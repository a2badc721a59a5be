import { busDown, busUp } from '#libs/bus';
import { recordsDown, recordsUp } from '#libs/records';

const staff = `CREATE TABLE staff (
  name text NOT NULL,
  person text NOT NULL,
  role text NOT NULL,
  public_key bytea NOT NULL,
  struck boolean NOT NULL DEFAULT false,
  CONSTRAINT staff_key PRIMARY KEY (name)
)`;

/** The tables that every service has: records, outbox and what the bus keeps, keys of staff. */
export const serviceTablesUp: readonly string[] = [...recordsUp, ...busUp, staff];

export const serviceTablesDown: readonly string[] = ['DROP TABLE staff', ...busDown, ...recordsDown];
