import { tableComment, type TableMeaning } from '#libs/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The meaning of the table and its columns, for the migration and the entity. */
export const deviceMeaning = {
  meaning: 'Enrolled devices of sites: kiosks and tablets of navigators.',
  kept: 'until it is removed by hand; a revoked device stays, so that its name is not used again',
  columns: {
    name: 'Name of the device.',
    public_key: 'Ed25519 public key with which it signs its requests.',
    lane: 'kiosk or assisted.',
    site: 'Office in which it stands.',
    revoked: 'Whether the device is revoked.',
  },
} as const satisfies TableMeaning;
const { columns } = deviceMeaning;

/** An enrolled device of a site. Its key decides the lane. The body of a request cannot. */
@Entity({ name: 'device', comment: tableComment(deviceMeaning) })
export class Device {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'device_key', comment: columns.name })
  name!: string;

  /** Ed25519, 32 bytes */
  @Column({ type: 'bytea', name: 'public_key', comment: columns.public_key })
  publicKey!: Buffer;

  @Column({ type: 'text', comment: columns.lane })
  lane!: 'kiosk' | 'assisted';

  @Column({ type: 'text', comment: columns.site })
  site!: string;

  /** A stolen device is revoked. Its signatures are refused then. */
  @Column({ type: 'boolean', default: false, comment: columns.revoked })
  revoked!: boolean;
}
