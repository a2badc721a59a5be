import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys of staff, which every service has: operators sign at each of them. Where an earlier version has made the table,
 * its keys had no role, and get one that may do nothing.
 */
export class Staff1764201600000 implements MigrationInterface {
  name = 'Staff1764201600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS staff (
      name text NOT NULL,
      person text NOT NULL,
      public_key bytea NOT NULL,
      struck boolean NOT NULL DEFAULT false,
      CONSTRAINT staff_key PRIMARY KEY (name)
    )`);
    await runner.query(`ALTER TABLE staff ADD COLUMN role text NOT NULL DEFAULT 'none'`);
    await runner.query('ALTER TABLE staff ALTER COLUMN role DROP DEFAULT');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE staff');
  }
}
