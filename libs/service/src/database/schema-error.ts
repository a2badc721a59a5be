import type { SchemaDifference } from '#libs/database';

/** The tables of this version are not there yet. */
export class NotMigratedError extends Error {
  override readonly name = 'NotMigratedError';
  readonly code = 'not-migrated';

  constructor() {
    super('The database lacks tables of this version; run the command `migrate` with the URL of the owner.');
  }
}

const HOW: Readonly<Record<SchemaDifference['how'], string>> = {
  missing: 'is missing',
  undeclared: 'is not declared',
  different: 'is different',
};

/**
 * The live database differs from what is declared: a table, a column, a default, a trigger, a function, a right. The
 * message names the first thing that differs. It holds no definition and no value.
 */
export class OtherSchemaError extends Error {
  override readonly name = 'OtherSchemaError';
  readonly code = 'other-schema';

  constructor([first]: readonly SchemaDifference[]) {
    const what = first === undefined ? 'something differs' : `${first.what} ${HOW[first.how]}`;
    super(`The database is not as this version declares it: ${what}.`);
  }
}

/** The role of a migration is also the role of the service, which must not own what it uses. */
export class SameRoleError extends Error {
  override readonly name = 'SameRoleError';
  readonly code = 'same-role';

  constructor() {
    super('The role of the service owns the tables or is a superuser; give it a role of its own.');
  }
}

/** The role of the service does not exist. */
export class NoRoleError extends Error {
  override readonly name = 'NoRoleError';
  readonly code = 'no-role';

  constructor() {
    super('The role of the service does not exist in this database server; create it, or name it in DATABASE_ROLE.');
  }
}
