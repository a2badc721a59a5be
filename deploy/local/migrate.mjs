// `DATABASE_URL=... node deploy/local/migrate.mjs <service>`: makes the tables of a service in an empty database, with its own
// built migrations. It starts nothing.
import 'reflect-metadata';

const [service] = process.argv.slice(2);
const url = process.env.DATABASE_URL;
const module = await import(new URL(`../../dist/apps/${service}/src/${service}.module.js`, import.meta.url));
const { dataSourceOf } = await import('#libs/service');
const source = await dataSourceOf({ url, ...module[service] }).initialize();
await source.runMigrations();
await source.destroy();
