import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentsOn, wholeTimes } from '#libs/database';
import { serviceTablesDown, serviceTablesUp } from '#libs/service';
import { forgetting, forgettingDown } from './0001-forgetting.js';
import { paymentsTables } from './0001-tables.js';

const tables = [
  `CREATE TABLE fund (
     code text NOT NULL,
     kind text NOT NULL,
     payout_methods text[] NOT NULL,
     may_pay_grants boolean NOT NULL,
     CONSTRAINT fund_key PRIMARY KEY (code)
   )`,
  // Only the accounts of given money may be negative: the city owes that money to somebody outside.
  `CREATE TABLE account (
     name text NOT NULL,
     balance_cents bigint NOT NULL,
     CONSTRAINT account_key PRIMARY KEY (name),
     CONSTRAINT account_not_overdrawn CHECK (balance_cents >= 0 OR name LIKE '%/given')
   )`,
  `CREATE TABLE chain (
     seq bigint NOT NULL,
     hash bytea NOT NULL,
     week date NOT NULL,
     content text NOT NULL,
     CONSTRAINT chain_key PRIMARY KEY (seq)
   )`,
  `CREATE TABLE chain_head (
     is_head boolean NOT NULL DEFAULT true,
     seq bigint NOT NULL,
     hash bytea NOT NULL,
     CONSTRAINT chain_head_key PRIMARY KEY (is_head),
     CONSTRAINT chain_head_one CHECK (is_head)
   )`,
  `INSERT INTO chain (seq, hash, week, content) VALUES (0, decode(repeat('00', 32), 'hex'), '1969-12-29', '')`,
  `INSERT INTO chain_head (seq, hash) VALUES (0, decode(repeat('00', 32), 'hex'))`,
  `CREATE TABLE entry (
     seq bigint NOT NULL,
     line integer NOT NULL,
     account text NOT NULL,
     amount_cents bigint NOT NULL,
     obligation bytea,
     CONSTRAINT entry_key PRIMARY KEY (seq, line),
     CONSTRAINT entry_not_nothing CHECK (amount_cents <> 0)
   )`,
  `CREATE TABLE obligation (
     id bytea NOT NULL,
     kind text NOT NULL,
     amount_cents bigint NOT NULL,
     needs text[] NOT NULL,
     tier smallint NOT NULL,
     service_area text NOT NULL,
     status text NOT NULL,
     fund text,
     decision_trace jsonb,
     order_key bytea NOT NULL,
     week date NOT NULL,
     day date,
     rail_name bytea,
     CONSTRAINT obligation_key PRIMARY KEY (id),
     CONSTRAINT obligation_amount CHECK (amount_cents BETWEEN 1 AND 10000000)
   )`,
  `CREATE INDEX obligation_waiting ON obligation (tier, order_key) WHERE status = 'waiting-list'`,
  `CREATE INDEX obligation_day ON obligation (day) WHERE day IS NOT NULL`,
  `CREATE TABLE instrument (
     obligation bytea NOT NULL,
     number smallint NOT NULL,
     generation smallint NOT NULL,
     amount_cents bigint NOT NULL,
     payout_method text NOT NULL,
     site text,
     state text NOT NULL,
     secret_lost boolean NOT NULL DEFAULT false,
     reference bytea,
     seq bigint NOT NULL,
     tries integer NOT NULL DEFAULT 0,
     due timestamptz(0),
     lease timestamptz(0),
     batch uuid,
     inquire_first boolean NOT NULL DEFAULT false,
     CONSTRAINT instrument_key PRIMARY KEY (obligation, number, generation),
     CONSTRAINT instrument_reference UNIQUE (reference),
     CONSTRAINT instrument_amount CHECK (amount_cents BETWEEN 1 AND 10000000),
     CONSTRAINT instrument_whole_minutes CHECK (${wholeTimes('due', 'minute')} AND ${wholeTimes('lease', 'minute')})
   )`,
  `CREATE INDEX instrument_due ON instrument ((state = 'issued'), due) WHERE due IS NOT NULL`,
  `CREATE INDEX instrument_state ON instrument (state) WHERE state IN ('waiting-release', 'capped', 'disputed')`,
  `CREATE TABLE rapid_week (
     fund text NOT NULL,
     week date NOT NULL,
     cents bigint NOT NULL,
     CONSTRAINT rapid_week_key PRIMARY KEY (fund, week)
   )`,
  `CREATE TABLE site_hour (
     site text NOT NULL,
     hour timestamptz(0) NOT NULL,
     cents bigint NOT NULL,
     CONSTRAINT site_hour_key PRIMARY KEY (site, hour),
     CONSTRAINT site_hour_whole_hours CHECK (${wholeTimes('hour', 'hour')})
   )`,
  `CREATE TABLE batch (
     id uuid NOT NULL,
     maker text NOT NULL,
     digest bytea,
     state text NOT NULL,
     CONSTRAINT batch_key PRIMARY KEY (id)
   )`,
  `CREATE TABLE approval (
     batch uuid NOT NULL,
     person text NOT NULL,
     CONSTRAINT approval_key PRIMARY KEY (batch, person)
   )`,
  // ANALYZE would copy what dies into statistics, where it outlives the rows, and content is too large for them.
  ...Object.entries({
    chain: ['content'],
    obligation: ['day', 'rail_name'],
    instrument: ['site', 'reference', 'batch'],
    site_hour: ['site', 'hour'],
    batch: ['digest'],
  }).map(
    ([table, columns]) =>
      `ALTER TABLE ${table} ${columns.map((column) => `ALTER COLUMN ${column} SET STATISTICS 0`).join(', ')}`,
  ),
  // Decisions of two people.
  `CREATE TABLE book_event (
     seq bigint NOT NULL,
     kind text NOT NULL,
     day date NOT NULL,
     detail jsonb NOT NULL,
     CONSTRAINT book_event_key PRIMARY KEY (seq)
   )`,
  // Proposals of the first person.
  `CREATE TABLE proposal (
     about text NOT NULL,
     digest bytea NOT NULL,
     person text NOT NULL,
     CONSTRAINT proposal_key PRIMARY KEY (about)
   )`,
  // Obligations that were not planned during a ledger freeze.
  `CREATE TABLE to_plan (
     obligation bytea NOT NULL,
     CONSTRAINT to_plan_key PRIMARY KEY (obligation)
   )`,
  // Rows of these tables never change.
  `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'the books are append-only';
   END $$`,
  ...['chain', 'entry', 'book_event'].flatMap((table) => [
    `CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE ON ${table}
       FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
    `CREATE TRIGGER ${table}_not_emptied BEFORE TRUNCATE ON ${table}
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`,
  ]),
  forgetting,
];

const names = [
  'to_plan',
  'proposal',
  'book_event',
  'approval',
  'batch',
  'site_hour',
  'rapid_week',
  'instrument',
  'obligation',
  'entry',
  'chain_head',
  'chain',
  'account',
  'fund',
];

export class Initial1796169600000 implements MigrationInterface {
  name = 'Initial1796169600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...serviceTablesUp, ...tables, ...commentsOn(paymentsTables)])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(forgettingDown);
    for (const name of names) await runner.query(`DROP TABLE ${name}`);
    await runner.query('DROP FUNCTION refuse_change()');
    for (const statement of serviceTablesDown) await runner.query(statement);
  }
}
