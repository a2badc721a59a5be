import type { MigrationInterface, QueryRunner } from 'typeorm';
import { busDown, busUp } from '#libs/bus';
import { recordsDown, recordsUp } from '#libs/records';

export class Tables1764028800001 implements MigrationInterface {
  name = 'Tables1764028800001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...recordsUp, ...busUp]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of [...busDown, ...recordsDown]) await runner.query(statement);
  }
}
