import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/**
 * The role of a staff key; each key has one. `operator`: keeps the service running, and moves no money. `releaser`:
 * makes and checks releases. `reviewer`: decides cases. `custodian`: places and ends legal holds.
 */
export const staffRoles = ['operator', 'releaser', 'reviewer', 'custodian'] as const;
export type StaffRole = (typeof staffRoles)[number];

/** A key with which a member of staff signs. A person may have several keys and still counts as one person. */
@Entity({ name: 'staff' })
@Unique('staff_public_key', ['publicKey'])
export class Staff {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'staff_key' })
  name!: string;

  /** Pseudonym of the person. Only the personnel office knows whose it is. */
  @Column({ type: 'text' })
  person!: string;

  @Column({ type: 'text' })
  role!: StaffRole;

  /** Ed25519, 32 bytes */
  @Column({ type: 'bytea', name: 'public_key' })
  publicKey!: Buffer;

  @Column({ type: 'boolean', default: false })
  revoked!: boolean;
}
