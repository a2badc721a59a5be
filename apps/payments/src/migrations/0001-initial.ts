import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentsOn } from '#libs/database';
import { serviceTablesDown, serviceTablesUp } from '#libs/service';

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
     day date NOT NULL,
     CONSTRAINT chain_key PRIMARY KEY (seq)
   )`,
  `CREATE TABLE chain_head (
     is_head boolean NOT NULL DEFAULT true,
     seq bigint NOT NULL,
     hash bytea NOT NULL,
     CONSTRAINT chain_head_key PRIMARY KEY (is_head),
     CONSTRAINT chain_head_one CHECK (is_head)
   )`,
  `INSERT INTO chain (seq, hash, day) VALUES (0, decode(repeat('00', 32), 'hex'), '1970-01-01')`,
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
     day date NOT NULL,
     CONSTRAINT obligation_key PRIMARY KEY (id),
     CONSTRAINT obligation_amount CHECK (amount_cents BETWEEN 1 AND 10000000)
   )`,
  `CREATE INDEX obligation_waiting ON obligation (tier, order_key) WHERE status = 'waiting-list'`,
  `CREATE TABLE instrument (
     obligation bytea NOT NULL,
     number smallint NOT NULL,
     generation smallint NOT NULL,
     amount_cents bigint NOT NULL,
     payout_method text NOT NULL,
     site text,
     state text NOT NULL,
     secret_lost boolean NOT NULL DEFAULT false,
     reference bytea NOT NULL,
     seq bigint NOT NULL,
     tries integer NOT NULL DEFAULT 0,
     due timestamptz,
     lease timestamptz,
     batch uuid,
     inquire_first boolean NOT NULL DEFAULT false,
     CONSTRAINT instrument_key PRIMARY KEY (obligation, number, generation),
     CONSTRAINT instrument_reference UNIQUE (reference),
     CONSTRAINT instrument_amount CHECK (amount_cents BETWEEN 1 AND 10000000)
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
     hour timestamptz NOT NULL,
     cents bigint NOT NULL,
     CONSTRAINT site_hour_key PRIMARY KEY (site, hour)
   )`,
  `CREATE TABLE batch (
     id uuid NOT NULL,
     maker text NOT NULL,
     digest bytea NOT NULL,
     state text NOT NULL,
     CONSTRAINT batch_key PRIMARY KEY (id)
   )`,
  `CREATE TABLE approval (
     batch uuid NOT NULL,
     person text NOT NULL,
     CONSTRAINT approval_key PRIMARY KEY (batch, person)
   )`,
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
];

const AS_THE_LEDGER = 'as long as the ledger exists';

const meanings = commentsOn({
  fund: {
    meaning: 'Sources of money and what each may pay.',
    kept: AS_THE_LEDGER,
    columns: {
      code: 'Code of the fund in the profile.',
      kind: 'Whose money it is: private, city, county, state or federal.',
      payout_methods: 'Payout methods that it may pay.',
      may_pay_grants: 'Whether it may pay grants at all.',
    },
  },
  account: {
    meaning: 'Accounts of the ledger and their balances.',
    kept: AS_THE_LEDGER,
    columns: {
      name: 'Fund and account: available, reserved, in-flight, outstanding, paid or given.',
      balance_cents: 'Sum of its entries, in cents.',
    },
  },
  chain: {
    meaning: 'One hash for each commit of the ledger. Append-only.',
    kept: AS_THE_LEDGER,
    columns: {
      seq: 'Number of the commit.',
      hash: 'Hash over the commit and the hash before it.',
      day: 'Day of the commit (UTC).',
    },
  },
  chain_head: {
    meaning: 'The newest link of the chain, in one row that each commit locks.',
    kept: AS_THE_LEDGER,
    columns: { is_head: 'Always true: there is one row.', seq: 'Number of the newest commit.', hash: 'Its hash.' },
  },
  entry: {
    meaning: 'Entries of the ledger, two for each posting. Append-only.',
    kept: AS_THE_LEDGER,
    columns: {
      seq: 'Number of the commit.',
      line: 'Order in the commit.',
      account: 'Account that changes.',
      amount_cents: 'Change in cents; the entries of one commit sum to zero.',
      obligation: 'Obligation that it is for; empty for deposits.',
    },
  },
  obligation: {
    meaning: 'What the city owes for one grant. It holds no person.',
    kept: AS_THE_LEDGER,
    columns: {
      id: 'Keyed hash of the grant.',
      kind: 'rapid or standard.',
      amount_cents: 'Amount of the grant, in cents.',
      needs: 'Needs that the grant is for: they decide which fund may pay.',
      tier: 'Urgency on the waiting list.',
      service_area: 'Area of several hundred thousand people, for reports.',
      status: 'open, reserved, waiting-list or closed.',
      fund: 'Fund that pays it; empty while none does.',
      decision_trace: 'Decision trace: policy, rules, evidence class, pseudonym of the reviewer.',
      order_key: 'Order on the waiting list inside a tier.',
      day: 'Day on which it was written (UTC).',
    },
  },
  instrument: {
    meaning: 'Instruments: single payments, each at most the maximum of the profile.',
    kept: AS_THE_LEDGER,
    columns: {
      obligation: 'Obligation that it pays.',
      number: 'Number of the instrument in its obligation.',
      generation: 'Number of the try. A new one begins only after a definite no.',
      amount_cents: 'Amount in cents.',
      payout_method: 'Payout method.',
      site: 'Site whose hourly cap it counts against.',
      state: 'waiting-release, capped, intended, unknown, issued, collected, void or disputed.',
      secret_lost: 'Whether it is being voided, because its code is lost or it is taken back.',
      reference: 'Keyed hash under which the rail knows it.',
      seq: 'Number of the commit that changed it last.',
      tries: 'How often the rail was asked without an answer.',
      due: 'When it is looked at again; empty for never.',
      lease: 'Until when a process has it.',
      batch: 'Batch in which people release it.',
      inquire_first: 'Whether the rail is asked before anything is sent.',
    },
  },
  rapid_week: {
    meaning: 'How much of the share of rapid grants is used in a week.',
    kept: AS_THE_LEDGER,
    columns: { fund: 'Fund.', week: 'Monday of the week.', cents: 'Amount in cents.' },
  },
  site_hour: {
    meaning: 'How much was released without people at one site in one hour.',
    kept: AS_THE_LEDGER,
    columns: { site: 'Site.', hour: 'Beginning of the hour (UTC).', cents: 'Amount in cents.' },
  },
  batch: {
    meaning: 'Instruments that people release together.',
    kept: AS_THE_LEDGER,
    columns: {
      id: 'Random id.',
      maker: 'Pseudonym of the person who made it.',
      digest: 'Hash of exactly what is released.',
      state: 'made, released or void.',
    },
  },
  approval: {
    meaning: 'People who have approved a batch.',
    kept: AS_THE_LEDGER,
    columns: { batch: 'Batch.', person: 'Pseudonym of the person.' },
  },
  book_event: {
    meaning: 'What two people have decided together about the ledger. Append-only.',
    kept: AS_THE_LEDGER,
    columns: {
      seq: 'Number of the commit.',
      kind: 'freeze-lifted or dispute-resolved.',
      day: 'Day of the decision (UTC).',
      detail: 'What was decided and by which pseudonyms.',
    },
  },
  proposal: {
    meaning: 'What the first of two people has agreed to.',
    kept: 'until the second person decides, or somebody proposes something else',
    columns: {
      about: 'What it is about.',
      digest: 'Hash of exactly what the person has seen.',
      person: 'Pseudonym of the person.',
    },
  },
  to_plan: {
    meaning: 'Obligations that wait to be planned until the ledger freeze is lifted.',
    kept: 'until they are planned',
    columns: { obligation: 'Obligation.' },
  },
});

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

export class Initial1796052000000 implements MigrationInterface {
  name = 'Initial1796052000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...serviceTablesUp, ...tables, ...meanings]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of names) await runner.query(`DROP TABLE ${name}`);
    await runner.query('DROP FUNCTION refuse_change()');
    for (const statement of serviceTablesDown) await runner.query(statement);
  }
}
