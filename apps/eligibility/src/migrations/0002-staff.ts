import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Staff1764028800005 implements MigrationInterface {
  name = 'Staff1764028800005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE staff (
      name text NOT NULL,
      person text NOT NULL,
      public_key bytea NOT NULL,
      struck boolean NOT NULL DEFAULT false,
      CONSTRAINT staff_key PRIMARY KEY (name)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE staff');
  }
}
