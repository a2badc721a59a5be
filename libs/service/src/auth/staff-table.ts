/** The table of `Staff`, for the migrations of each service. */
export const staffUp: readonly string[] = [
  `CREATE TABLE staff (
  name text NOT NULL,
  person text NOT NULL,
  role text NOT NULL,
  public_key bytea NOT NULL,
  struck boolean NOT NULL DEFAULT false,
  CONSTRAINT staff_key PRIMARY KEY (name)
)`,
];

export const staffDown: readonly string[] = ['DROP TABLE staff'];
