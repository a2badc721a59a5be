import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** An enrolled device of a site. Its key decides the lane. The body of a request cannot. */
@Entity({ name: 'device' })
@Unique('device_public_key', ['publicKey'])
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

  /** A stolen device is revoked. Its signatures are refused then. */
  @Column({ type: 'boolean', default: false })
  revoked!: boolean;
}
