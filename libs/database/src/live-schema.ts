/** Objects of PostgreSQL itself, and temporary ones of other sessions. */
const isOurs = (schema: string): string => `${schema} <> 'information_schema' AND ${schema} !~ '^pg_'`;

/**
 * The name of a relation. A partition, or a part of one, has the name of its table, so that all days and nights are
 * compared as one.
 */
const RELATIONS = `relation AS (
  SELECT c.*, CASE WHEN s.nspname = 'public' THEN '' ELSE s.nspname || '.' END || coalesce(p.relname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace AND ${isOurs('s.nspname')}
    LEFT JOIN pg_class p ON c.relispartition AND p.oid = pg_partition_root(c.oid)
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c'))`;

const ROUTINES = `routine AS (
  SELECT f.*, CASE WHEN s.nspname = 'public' THEN '' ELSE s.nspname || '.' END || f.proname || '('
           || oidvectortypes(f.proargtypes) || ')' AS name
    FROM pg_proc f JOIN pg_namespace s ON s.oid = f.pronamespace AND ${isOurs('s.nspname')})`;

/**
 * Everything that a database contains, as one line each: `what name: definition`. Rows and the names of partitions are
 * not among them. Tables, columns with type, default and statistics, constraints, indexes, triggers with their state,
 * functions with a hash of their text, and whatever else could act by itself.
 */
export const LIVE_SCHEMA = `WITH ${RELATIONS}, ${ROUTINES}
SELECT DISTINCT line FROM (
  SELECT 'schema ' || nspname || ':' AS line FROM pg_namespace WHERE ${isOurs('nspname')}
  UNION ALL
  SELECT 'table ' || name || ': ' || CASE WHEN relispartition THEN 'p' ELSE relkind::text END
      || ' ' || relpersistence::text
      || CASE WHEN relrowsecurity OR relforcerowsecurity THEN ' row security' ELSE '' END
      || CASE WHEN relkind IN ('v', 'm') THEN ' ' || md5(pg_get_viewdef(oid)) ELSE '' END
      || CASE WHEN relispartition
              THEN ' ' || pg_get_partkeydef(pg_partition_root(oid))
              WHEN relkind = 'p' THEN ' ' || pg_get_partkeydef(oid) ELSE '' END FROM relation
  UNION ALL
  SELECT 'column ' || r.name || '.' || a.attname || ': ' || format_type(a.atttypid, a.atttypmod)
      || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
      || CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END
      || CASE WHEN a.attgenerated <> '' THEN ' generated ' || a.attgenerated::text ELSE '' END
      || coalesce(' statistics ' || a.attstattarget::text, '')
      || CASE WHEN a.attstorage <> t.typstorage THEN ' storage ' || a.attstorage::text ELSE '' END
      || CASE WHEN a.attcollation <> t.typcollation THEN ' collation ' || a.attcollation::regcollation::text ELSE '' END
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (r.oid, a.attnum)
   WHERE r.relkind <> 'S'
  UNION ALL
  SELECT 'constraint ' || r.name || '.' || k.conname || ': ' || pg_get_constraintdef(k.oid)
      || CASE WHEN k.convalidated THEN '' ELSE ' not valid' END
    FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid
   WHERE k.contype <> 'n' AND k.conparentid = 0 AND k.coninhcount = 0
  UNION ALL
  SELECT 'index ' || r.name || '.' || c.relname || ': ' || pg_get_indexdef(i.indexrelid)
      || CASE WHEN i.indisvalid THEN '' ELSE ' not valid' END
    FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
   WHERE NOT c.relispartition
  UNION ALL
  SELECT 'trigger ' || r.name || '.' || g.tgname || ': ' || md5(pg_get_triggerdef(g.oid)) || ' ' || g.tgenabled::text
    FROM relation r JOIN pg_trigger g ON g.tgrelid = r.oid WHERE NOT g.tgisinternal AND g.tgparentid = 0
  UNION ALL
  SELECT 'rule ' || r.name || '.' || w.rulename || ': ' || md5(pg_get_ruledef(w.oid)) || ' ' || w.ev_enabled::text
    FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE r.relkind NOT IN ('v', 'm')
  UNION ALL
  SELECT 'policy ' || r.name || '.' || y.polname || ':' FROM relation r JOIN pg_policy y ON y.polrelid = r.oid
  UNION ALL
  SELECT 'function ' || f.name || ': ' || f.prokind::text || ' ' || f.provolatile::text || ' ' || l.lanname
      || ' returns ' || pg_get_function_result(f.oid) || CASE WHEN f.prosecdef THEN ' security definer' ELSE '' END
      || coalesce(' set ' || array_to_string(f.proconfig, ', '), '')
      || ' ' || md5(f.prosrc || coalesce(pg_get_expr(f.proargdefaults, 0), ''))
    FROM routine f JOIN pg_language l ON l.oid = f.prolang
  UNION ALL
  SELECT 'type ' || t.typname || ': ' || t.typtype::text FROM pg_type t JOIN pg_namespace s ON s.oid = t.typnamespace
   WHERE ${isOurs('s.nspname')} AND t.typtype IN ('d', 'e', 'r')
  UNION ALL
  SELECT 'statistics ' || x.stxname || ': ' || md5(pg_get_statisticsobjdef(x.oid)) FROM pg_statistic_ext x
  UNION ALL
  SELECT 'extension ' || extname || ':' FROM pg_extension WHERE extname <> 'plpgsql'
  UNION ALL
  SELECT 'language ' || lanname || ':' FROM pg_language WHERE lanname NOT IN ('internal', 'c', 'sql', 'plpgsql')
  UNION ALL
  SELECT 'event trigger ' || evtname || ':' FROM pg_event_trigger
  UNION ALL
  SELECT 'publication ' || pubname || ':' FROM pg_publication
  UNION ALL
  SELECT 'foreign server ' || srvname || ':' FROM pg_foreign_server
) AS everything`;

/**
 * Everything that the role of this session can do in its database, by whatever way it got the right, and what it and
 * others should not have at all: ownership, membership, rights of other roles.
 */
export const LIVE_RIGHTS = `WITH ${RELATIONS}, ${ROUTINES},
acl AS (
  SELECT 'database' AS name, coalesce(datacl, acldefault('d', datdba)) AS acl, datdba AS owner FROM pg_database
   WHERE datname = current_database()
  UNION ALL
  SELECT 'schema ' || nspname, nspacl, nspowner FROM pg_namespace WHERE ${isOurs('nspname')}
  UNION ALL SELECT CASE WHEN relispartition THEN 'a part of ' ELSE '' END || name, relacl, relowner FROM relation
  UNION ALL
  SELECT r.name || '.' || a.attname, a.attacl, r.relowner FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
   WHERE a.attacl IS NOT NULL
  UNION ALL SELECT name, coalesce(proacl, acldefault('f', proowner)), proowner FROM routine
  UNION ALL
  SELECT 'default of ' || defaclrole::regrole::text, defaclacl, defaclrole FROM pg_default_acl
  UNION ALL SELECT 'parameter ' || parname, paracl, 10 FROM pg_parameter_acl)
SELECT DISTINCT line FROM (
  SELECT 'right on database: ' || p AS line FROM unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) p
   WHERE has_database_privilege(current_database(), p)
  UNION ALL
  SELECT 'right on schema ' || nspname || ': ' || p FROM pg_namespace, unnest(ARRAY['USAGE', 'CREATE']) p
   WHERE ${isOurs('nspname')} AND has_schema_privilege(oid, p)
  UNION ALL
  SELECT 'right on ' || name || ': ' || p FROM relation, unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER', 'MAINTAIN']) p
   WHERE relkind NOT IN ('S', 'c') AND has_table_privilege(oid, p)
  UNION ALL
  SELECT 'right on ' || r.name || '.' || a.attname || ': ' || p
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped,
         unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
   WHERE r.relkind NOT IN ('S', 'c') AND has_column_privilege(r.oid, a.attnum, p)
  UNION ALL
  SELECT 'right on ' || name || ': ' || p FROM relation, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) p
   WHERE relkind = 'S' AND has_sequence_privilege(oid, p)
  UNION ALL
  SELECT 'right on ' || name || ': EXECUTE' FROM routine WHERE has_function_privilege(oid, 'EXECUTE')
  UNION ALL
  SELECT 'owner of ' || name || ':' FROM acl WHERE pg_has_role(owner, 'MEMBER') AND name !~ '^(default|parameter)'
  UNION ALL
  SELECT 'grant to ' || CASE WHEN e.grantee = 0 THEN 'everybody' ELSE e.grantee::regrole::text END || ' on ' || a.name
      || ': ' || e.privilege_type
    FROM acl a, aclexplode(a.acl) e
   WHERE e.grantee <> a.owner
     AND (e.is_grantable OR a.name ~ '^(a part of|default of|parameter) ' 
          OR e.grantee <> (SELECT oid FROM pg_roles WHERE rolname = current_user))
  UNION ALL
  SELECT 'member of ' || rolname || ':' FROM pg_roles WHERE rolname <> current_user AND pg_has_role(oid, 'MEMBER')
     AND rolname <> 'pg_database_owner'
  UNION ALL
  SELECT 'attribute of the role ' || what || ':' FROM pg_roles,
      unnest(ARRAY['superuser', 'makes roles', 'makes databases', 'replicates', 'passes row security'],
             ARRAY[rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls]) AS attribute(what, has)
   WHERE rolname = current_user AND has
) AS everything`;
