import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key with which somebody of the city signs. One person may have several keys and is still one person. */
@Entity({ name: 'staff' })
export class Staff {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'staff_key' })
  name!: string;

  /** Pseudonym of the person; whose it is the personnel office knows. */
  @Column({ type: 'text' })
  person!: string;

  /** Ed25519, 32 bytes */
  @Column({ type: 'bytea', name: 'public_key' })
  publicKey!: Buffer;

  @Column({ type: 'boolean', default: false })
  struck!: boolean;
}
