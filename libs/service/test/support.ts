import type { ServiceDefinition } from '../src/index.js';
import { ServiceConfig, serviceTablesUp } from '../src/index.js';

class Initial1796169600000 {
  name = 'Initial1796169600000';
  async up(runner: { query(text: string): Promise<unknown> }): Promise<void> {
    for (const statement of serviceTablesUp) await runner.query(statement);
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

/** Notification with only the tables that every service has. @param kinds the kinds of records that it keeps */
export function plainNotification(kinds: ReturnType<ServiceDefinition<'notification'>['kinds']> = []) {
  return {
    service: 'notification',
    config: ServiceConfig,
    kinds: () => kinds,
    entities: [],
    migrations: [Initial1796169600000 as never],
  } satisfies ServiceDefinition<'notification'>;
}
