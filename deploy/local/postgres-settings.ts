/**
 * The settings of a PostgreSQL cluster, apart from its folder and port. `docker-compose.yml` has the same ones.
 *
 * @param durable false only for temporary test clusters, for which a machine crash cannot matter
 */
export function postgresSettings(durable: boolean): Readonly<Record<string, string>> {
  return {
    max_connections: '200',
    // The nightly turn locks many partitions in one transaction.
    max_locks_per_transaction: '256',
    // What is committed is on the disk. A service answers 202, pays and sends only after a commit.
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    // Log lines never contain a statement or a row: `terse` drops DETAIL, `panic` drops the statement.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_min_messages: 'warning',
    log_statement: 'none',
    log_min_duration_statement: '-1',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_connections: '',
    log_checkpoints: 'off',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
}
