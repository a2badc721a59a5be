import type { MigrationInterface, QueryRunner } from 'typeorm';
import { busDown, busUp } from '#libs/bus';
import { recordsDown, recordsUp } from '#libs/records';

export class Tables1764028800001 implements MigrationInterface {
  name = 'Tables1764028800001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...recordsUp, ...busUp]) await runner.query(statement);
    await runner.query(
      `CREATE TABLE device (
         name text NOT NULL,
         public_key bytea NOT NULL,
         lane text NOT NULL,
         site text NOT NULL,
         struck boolean NOT NULL DEFAULT false,
         CONSTRAINT device_key PRIMARY KEY (name)
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE device');
    for (const statement of [...busDown, ...recordsDown]) await runner.query(statement);
  }
}
