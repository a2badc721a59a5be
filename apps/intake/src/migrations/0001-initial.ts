import type { MigrationInterface, QueryRunner } from 'typeorm';
import { serviceTablesDown, serviceTablesUp } from '#libs/service';

export class Initial1764547200000 implements MigrationInterface {
  name = 'Initial1764547200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of serviceTablesUp) await runner.query(statement);
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
    for (const statement of serviceTablesDown) await runner.query(statement);
  }
}
