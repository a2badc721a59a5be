export type Who = 'owner' | 'superuser';

/** A difference between a live database and what is declared. */
export interface PlantedDifference {
  readonly what: string;
  readonly who: Who;
  readonly plant: string;
  /** Takes it away again. */
  readonly undo: string;
  /** What a service then reports. */
  readonly differences: readonly string[];
}

export const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');

export const plantedDifferences: readonly PlantedDifference[] = [
  {
    what: 'a column',
    who: 'owner',
    plant: 'ALTER TABLE staff ADD home text',
    undo: 'ALTER TABLE staff DROP home',
    differences: ['column staff.home: undeclared', 'right on staff.home, SELECT: undeclared'],
  },
  {
    what: 'another type',
    who: 'owner',
    plant: 'ALTER TABLE city ALTER mark TYPE varchar(99)',
    undo: 'ALTER TABLE city ALTER mark TYPE text',
    differences: ['column city.mark: different'],
  },
  {
    what: 'a default',
    who: 'owner',
    plant: 'ALTER TABLE record ALTER due SET DEFAULT now()',
    undo: 'ALTER TABLE record ALTER due DROP DEFAULT',
    differences: ['column record.due: different'],
  },
  {
    what: 'a default of one partition',
    who: 'owner',
    plant: `ALTER TABLE outbox_${today} ALTER seq SET DEFAULT 7`,
    undo: `ALTER TABLE outbox_${today} ALTER seq DROP DEFAULT`,
    differences: ['column outbox.seq: undeclared'],
  },
  {
    what: 'a value that may be absent',
    who: 'owner',
    plant: 'ALTER TABLE audit ALTER person DROP NOT NULL',
    undo: 'ALTER TABLE audit ALTER person SET NOT NULL',
    differences: ['column audit.person: different'],
  },
  {
    what: 'statistics of what is sealed',
    who: 'owner',
    plant: 'ALTER TABLE record ALTER blob SET STATISTICS 100',
    undo: 'ALTER TABLE record ALTER blob SET STATISTICS 0',
    differences: ['column record.blob: different'],
  },
  {
    what: 'statistics of two columns',
    who: 'owner',
    plant: 'CREATE STATISTICS pair ON kind, lookup FROM record',
    undo: 'DROP STATISTICS pair',
    differences: ['statistics pair: undeclared'],
  },
  {
    what: 'a table',
    who: 'owner',
    plant: 'CREATE TABLE extra (n int)',
    undo: 'DROP TABLE extra',
    differences: ['column extra.n: undeclared', 'table extra: undeclared'],
  },
  {
    what: 'a table in another schema',
    who: 'owner',
    plant: 'CREATE SCHEMA aside CREATE TABLE extra (n int)',
    undo: 'DROP SCHEMA aside CASCADE',
    differences: ['column aside.extra.n: undeclared', 'schema aside: undeclared', 'table aside.extra: undeclared'],
  },
  {
    what: 'a view',
    who: 'owner',
    plant: 'CREATE VIEW seen AS SELECT name FROM staff',
    undo: 'DROP VIEW seen',
    differences: ['column seen.name: undeclared', 'table seen: undeclared'],
  },
  {
    what: 'a sequence',
    who: 'owner',
    plant: 'CREATE SEQUENCE counted',
    undo: 'DROP SEQUENCE counted',
    differences: ['table counted: undeclared'],
  },
  {
    what: 'an index',
    who: 'owner',
    plant: 'CREATE INDEX by_person ON audit (person)',
    undo: 'DROP INDEX by_person',
    differences: ['index audit.by_person: undeclared'],
  },
  {
    what: 'a missing constraint',
    who: 'owner',
    plant: 'ALTER TABLE audit DROP CONSTRAINT audit_operation',
    undo: `ALTER TABLE audit ADD CONSTRAINT audit_operation CHECK (operation ~ '^[a-z]+(-[a-z]+){0,4}$')`,
    differences: ['constraint audit.audit_operation: missing'],
  },
  {
    what: 'a trigger that is switched off',
    who: 'owner',
    plant: 'ALTER TABLE audit DISABLE TRIGGER audit_append_only',
    undo: 'ALTER TABLE audit ENABLE TRIGGER audit_append_only',
    differences: ['trigger audit.audit_append_only: different'],
  },
  {
    what: 'a trigger that fires for replicas only',
    who: 'owner',
    plant: 'ALTER TABLE audit ENABLE REPLICA TRIGGER audit_append_only',
    undo: 'ALTER TABLE audit ENABLE TRIGGER audit_append_only',
    differences: ['trigger audit.audit_append_only: different'],
  },
  {
    what: 'a missing trigger',
    who: 'owner',
    plant: 'DROP TRIGGER audit_not_emptied ON audit',
    undo: `CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`,
    differences: ['trigger audit.audit_not_emptied: missing'],
  },
  {
    what: 'another trigger',
    who: 'owner',
    plant: `CREATE TRIGGER copied AFTER INSERT ON staff
      FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()`,
    undo: 'DROP TRIGGER copied ON staff',
    differences: ['trigger staff.copied: undeclared'],
  },
  {
    what: 'a rule',
    who: 'owner',
    plant: 'CREATE RULE twice AS ON INSERT TO staff DO NOTHING',
    undo: 'DROP RULE twice ON staff',
    differences: ['rule staff.twice: undeclared'],
  },
  {
    what: 'row security',
    who: 'owner',
    plant: 'ALTER TABLE staff ENABLE ROW LEVEL SECURITY',
    undo: 'ALTER TABLE staff DISABLE ROW LEVEL SECURITY',
    differences: ['table staff: different'],
  },
  {
    what: 'another body of a function',
    who: 'owner',
    plant: `ALTER FUNCTION refuse_audit_change() RENAME TO kept;
      CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'`,
    undo: 'DROP FUNCTION refuse_audit_change(); ALTER FUNCTION kept() RENAME TO refuse_audit_change',
    differences: [
      'function kept(): undeclared',
      'function refuse_audit_change(): different',
      'grant to everybody on refuse_audit_change(), EXECUTE: undeclared',
      'right on refuse_audit_change(), EXECUTE: undeclared',
      'trigger audit.audit_append_only: different',
      'trigger audit.audit_not_emptied: different',
    ],
  },
  {
    what: 'a function without its search path',
    who: 'owner',
    plant: 'ALTER FUNCTION drop_outbox_day(date) RESET search_path',
    undo: 'ALTER FUNCTION drop_outbox_day(date) SET search_path = pg_catalog, pg_temp',
    differences: ['function drop_outbox_day(date): different'],
  },
  {
    what: 'a right to change the audit',
    who: 'owner',
    plant: 'GRANT UPDATE (person) ON audit TO service',
    undo: 'REVOKE UPDATE (person) ON audit FROM service',
    differences: ['right on audit.person, UPDATE: undeclared'],
  },
  {
    what: 'a right to empty the audit',
    who: 'owner',
    plant: 'GRANT TRUNCATE ON audit TO service',
    undo: 'REVOKE TRUNCATE ON audit FROM service',
    differences: ['right on audit, TRUNCATE: undeclared'],
  },
  {
    what: 'a right to make triggers',
    who: 'owner',
    plant: 'GRANT TRIGGER ON audit TO service',
    undo: 'REVOKE TRIGGER ON audit FROM service',
    differences: ['right on audit, TRIGGER: undeclared'],
  },
  {
    what: 'a right on one partition',
    who: 'owner',
    plant: `GRANT SELECT ON outbox_${today} TO service`,
    undo: `REVOKE SELECT ON outbox_${today} FROM service`,
    differences: ['grant to service on a part of outbox, SELECT: undeclared'],
  },
  {
    what: 'a right that may be passed on',
    who: 'owner',
    plant: 'GRANT SELECT ON city TO service WITH GRANT OPTION',
    undo: 'REVOKE GRANT OPTION FOR SELECT ON city FROM service',
    differences: ['grant to service on city, SELECT: undeclared'],
  },
  {
    what: 'a right of everybody',
    who: 'owner',
    plant: 'GRANT SELECT ON staff TO PUBLIC',
    undo: 'REVOKE SELECT ON staff FROM PUBLIC',
    differences: ['grant to everybody on staff, SELECT: undeclared'],
  },
  {
    what: 'a right of another role',
    who: 'superuser',
    plant: 'GRANT SELECT ON record TO pg_monitor',
    undo: 'REVOKE SELECT ON record FROM pg_monitor',
    differences: ['grant to pg_monitor on record, SELECT: undeclared'],
  },
  {
    what: 'a missing right',
    who: 'owner',
    plant: 'REVOKE DELETE ON record FROM service',
    undo: 'GRANT DELETE ON record TO service',
    differences: ['right on record, DELETE: missing'],
  },
  {
    what: 'a right to make tables',
    who: 'owner',
    plant: 'GRANT CREATE ON SCHEMA public TO service',
    undo: 'REVOKE CREATE ON SCHEMA public FROM service',
    differences: ['right on schema public, CREATE: undeclared'],
  },
  {
    what: 'an open schema',
    who: 'owner',
    plant: 'GRANT USAGE ON SCHEMA public TO PUBLIC',
    undo: 'REVOKE USAGE ON SCHEMA public FROM PUBLIC',
    differences: ['grant to everybody on schema public, USAGE: undeclared'],
  },
  {
    what: 'rights on tables to come',
    who: 'owner',
    plant: 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO service',
    undo: 'ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM service',
    differences: ['grant to service on default of owner, SELECT: undeclared'],
  },
  {
    what: 'ownership',
    who: 'superuser',
    plant: 'ALTER FUNCTION refuse_audit_change() OWNER TO service',
    undo: 'ALTER FUNCTION refuse_audit_change() OWNER TO owner',
    differences: ['owner of refuse_audit_change(): undeclared', 'right on refuse_audit_change(), EXECUTE: undeclared'],
  },
  {
    what: 'a publication',
    who: 'superuser',
    plant: 'CREATE PUBLICATION copied FOR ALL TABLES',
    undo: 'DROP PUBLICATION copied',
    differences: ['publication copied: undeclared'],
  },
];
