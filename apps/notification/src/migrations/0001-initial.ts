import type { MigrationInterface, QueryRunner } from 'typeorm';
import { serviceTablesDown, serviceTablesUp } from '#libs/service';

export class Initial1796169600000 implements MigrationInterface {
  name = 'Initial1796169600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of serviceTablesUp) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of serviceTablesDown) await runner.query(statement);
  }
}
