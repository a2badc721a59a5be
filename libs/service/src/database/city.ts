import { commentsOn, type TableDeclarations } from '#libs/database';
import { sha256, toBase64url } from '#libs/sealing';
import type { DataSource } from 'typeorm';
import { OtherCityError } from './other-city-error.js';

export const cityTables: TableDeclarations = {
  city: {
    meaning: 'Whose data these are.',
    kept: 'as long as the database exists',
    ends: { never: 'one-each' },
    columns: {
      is_this: 'Always true: there is one row.',
      mark: 'Hash of the service and the profile of the city: another value in each database.',
    },
    rights: { insert: ['mark'] },
  },
};

/** The city of a database. It is written at the first start and never changed. */
export const cityUp: readonly string[] = [
  `CREATE TABLE city (
     is_this boolean NOT NULL DEFAULT true,
     mark text NOT NULL,
     CONSTRAINT city_key PRIMARY KEY (is_this),
     CONSTRAINT city_one CHECK (is_this)
   )`,
  ...commentsOn(cityTables),
];

export const cityDown: readonly string[] = ['DROP TABLE city'];

/**
 * Marks the database of one service with a city's profile. Each service has another mark, so that no two databases
 * share a value.
 */
export function cityMarkOf(service: string, profile: string): string {
  return toBase64url(sha256(Buffer.from(`city\n${service}\n${profile}`)));
}

/** Cases and money of two cities must not mix. @throws OtherCityError without a change to the database */
export async function refuseOtherCity(source: DataSource, mark: string): Promise<void> {
  const [{ there } = { there: false }] = await source.query<{ there: boolean }[]>(
    `SELECT to_regclass('public.city') IS NOT NULL AS there`,
  );
  if (!there) return;
  const others = await source.query<object[]>('SELECT FROM city WHERE mark <> $1', [mark]);
  if (others.length > 0) throw new OtherCityError();
}

/** Records that this database belongs to this city. */
export async function tieToCity(source: DataSource, mark: string): Promise<void> {
  await source.query('INSERT INTO city (mark) VALUES ($1) ON CONFLICT DO NOTHING', [mark]);
}
