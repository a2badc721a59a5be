import { tableComment, type TableMeaning } from '#libs/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The role of a staff key; each key has one. `operator`: keeps the service running, and moves no money. `releaser`:
 * makes and checks releases. `reviewer`: decides cases. `custodian`: places and ends legal holds.
 */
export const staffRoles = ['operator', 'releaser', 'reviewer', 'custodian'] as const;
export type StaffRole = (typeof staffRoles)[number];

/** The meaning of the table and its columns, for the migration and the entity. */
export const staffMeaning = {
  meaning: 'Public keys of city staff who may sign requests to this service.',
  kept: 'until it is removed by hand; a revoked key stays, so that its name is not used again',
  columns: {
    name: 'Name of the key.',
    person: 'Pseudonym of the person. One person with two keys is one person.',
    role: 'What the key may do: operator, releaser, reviewer or custodian.',
    public_key: 'Ed25519 public key.',
    revoked: 'Whether the key is revoked.',
  },
} as const satisfies TableMeaning;
const { columns } = staffMeaning;

/** A key with which a member of staff signs. A person may have several keys and still counts as one person. */
@Entity({ name: 'staff', comment: tableComment(staffMeaning) })
export class Staff {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'staff_key', comment: columns.name })
  name!: string;

  /** Pseudonym of the person. Only the personnel office knows whose it is. */
  @Column({ type: 'text', comment: columns.person })
  person!: string;

  @Column({ type: 'text', comment: columns.role })
  role!: StaffRole;

  /** Ed25519, 32 bytes */
  @Column({ type: 'bytea', name: 'public_key', comment: columns.public_key })
  publicKey!: Buffer;

  @Column({ type: 'boolean', default: false, comment: columns.revoked })
  revoked!: boolean;
}
