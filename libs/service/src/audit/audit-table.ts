import { commentsOn, type TableDeclarations } from '#libs/database';

export const auditTables: TableDeclarations = {
  audit: {
    meaning: 'Who of the staff did what, one row for each act. It names no household. Append-only.',
    kept: 'as long as the database exists',
    ends: { never: 'acts' },
    columns: {
      seq: 'Number of the act, from 1 without a gap.',
      day: 'Day of the act (UTC).',
      operation: 'What was done, by the name that the log uses.',
      person: 'Pseudonym of the person; command-line for somebody with the rights of the database.',
      about: 'The batch, hold, enrolled key or day that it is about, or why how many parked messages went; or nothing.',
      hash: 'Hash over the row and the hash of the row before it.',
    },
    rights: { insert: true },
  },
};

/** The table of acts of staff, for the migrations of each service. Rows never change, not even for their writer. */
export const auditUp: readonly string[] = [
  `CREATE TABLE audit (
  seq bigint NOT NULL,
  day date NOT NULL,
  operation text NOT NULL,
  person text NOT NULL,
  about text NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_key PRIMARY KEY (seq),
  CONSTRAINT audit_operation CHECK (operation ~ '^[a-z]+(-[a-z]+){0,4}$'),
  CONSTRAINT audit_about CHECK (
    about ~ '^(|batch [0-9a-f-]{36}|hold-[0-9a-f]{18}|key [a-z0-9-]{3,40}|day [0-9-]{10})$'
    OR about ~ '^parked [a-z-]{1,20} [0-9]{1,9}$'
  )
)`,
  `CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     RAISE EXCEPTION 'the audit is append-only';
   END $$`,
  `CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
     FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()`,
  `CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`,
  ...commentsOn(auditTables),
];

export const auditDown: readonly string[] = ['DROP TABLE audit', 'DROP FUNCTION refuse_audit_change()'];
