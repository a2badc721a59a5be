import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What a key of staff is for; one key, one duty. `operator`: keeps the service running, and moves no money. `releaser`:
 * makes and checks releases. `reviewer`: looks at cases. `custodian`: places and ends legal holds.
 */
export const staffRoles = ['operator', 'releaser', 'reviewer', 'custodian'] as const;
export type StaffRole = (typeof staffRoles)[number];

/** A key with which somebody of the city signs. One person may have several keys and is still one person. */
@Entity({ name: 'staff' })
export class Staff {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'staff_key' })
  name!: string;

  /** Pseudonym of the person; whose it is the personnel office knows. */
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
