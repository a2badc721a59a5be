import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An enrolled device of a site. Its lane is a fact about the place, known by its key and never by what a body says. */
@Entity({ name: 'device' })
export class Device {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'device_key' })
  name!: string;

  /** Ed25519, 32 bytes */
  @Column({ type: 'bytea', name: 'public_key' })
  publicKey!: Buffer;

  @Column({ type: 'text' })
  lane!: 'kiosk' | 'assisted';

  @Column({ type: 'text' })
  site!: string;

  /** A stolen device is revoked; what it signs counts no more. */
  @Column({ type: 'boolean', default: false })
  revoked!: boolean;
}
