import { commentsOn, type TableDeclarations } from '#libs/database';

export const staffTables: TableDeclarations = {
  staff: {
    meaning: 'Public keys of city staff who may sign requests to this service.',
    kept: 'until it is removed by hand; a revoked key stays, so that its name is not used again',
    ends: { never: 'by-hand' },
    columns: {
      name: 'Name of the key.',
      person: 'Pseudonym of the person. One person with two keys is one person.',
      role: 'What the key may do: operator, releaser, reviewer or custodian.',
      public_key: 'Ed25519 public key.',
      revoked: 'Whether the key is revoked.',
    },
    rights: { update: ['revoked'] },
  },
};

/** The table of `Staff`, for the migrations of each service. */
export const staffUp: readonly string[] = [
  `CREATE TABLE staff (
  name text NOT NULL,
  person text NOT NULL,
  role text NOT NULL,
  public_key bytea NOT NULL,
  revoked boolean NOT NULL DEFAULT false,
  CONSTRAINT staff_key PRIMARY KEY (name),
  CONSTRAINT staff_public_key UNIQUE (public_key)
)`,
  ...commentsOn(staffTables),
];

export const staffDown: readonly string[] = ['DROP TABLE staff'];
