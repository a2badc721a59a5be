import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentsOn } from '#libs/database';
import { serviceTablesDown, serviceTablesUp } from '#libs/service';
import { intakeTables } from './0001-tables.js';

export class Initial1796169600000 implements MigrationInterface {
  name = 'Initial1796169600000';

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
    for (const statement of commentsOn(intakeTables)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE device');
    for (const statement of serviceTablesDown) await runner.query(statement);
  }
}
