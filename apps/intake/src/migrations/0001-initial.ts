import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentsOn } from '#libs/database';
import { serviceTablesDown, serviceTablesUp } from '#libs/service';

const meanings = commentsOn({
  device: {
    meaning: 'Enrolled devices of sites: kiosks and tablets of navigators.',
    kept: 'until it is removed by hand; a revoked device stays, so that its name is not used again',
    columns: {
      name: 'Name of the device.',
      public_key: 'Ed25519 public key with which it signs its requests.',
      lane: 'kiosk or assisted.',
      site: 'Office in which it stands.',
      revoked: 'Whether the device is revoked.',
    },
  },
});

export class Initial1796052000000 implements MigrationInterface {
  name = 'Initial1796052000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of serviceTablesUp) await runner.query(statement);
    await runner.query(
      `CREATE TABLE device (
         name text NOT NULL,
         public_key bytea NOT NULL,
         lane text NOT NULL,
         site text NOT NULL,
         revoked boolean NOT NULL DEFAULT false,
         CONSTRAINT device_key PRIMARY KEY (name),
         CONSTRAINT device_public_key UNIQUE (public_key)
       )`,
    );
    for (const statement of meanings) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE device');
    for (const statement of serviceTablesDown) await runner.query(statement);
  }
}
