import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { Validator, type SpecData } from '@seriousme/openapi-schema-validator';
import { parse } from 'yaml';

import { presentPromises } from '#libs/api-docs';
import { openApiPages } from '../../deploy/docs/openapi-pages.js';
import { repositoryRoot } from '../../deploy/local/layout.js';

let pages: ReadonlyMap<string, string>;

beforeAll(async () => {
  pages = await openApiPages();
}, 60_000);

describe('docs/openapi', () => {
  it('is committed as the services describe themselves', async () => {
    expect([...pages.keys()]).toEqual(
      ['intake', 'eligibility', 'payments', 'notification'].map((service) => `docs/openapi/${service}.yaml`),
    );
    for (const [path, text] of pages) {
      expect([path, await readFile(join(repositoryRoot, path), 'utf8')]).toEqual([path, text]);
    }
  });

  it('is OpenAPI, by a validator that finds what is wrong', async () => {
    const isValid = async (text: string): Promise<boolean> =>
      (await new Validator().validate(parse(text) as SpecData)).valid;
    for (const [path, text] of pages) expect([path, await isValid(text)]).toEqual([path, true]);
    const page = pages.get('docs/openapi/intake.yaml') ?? '';
    expect(page).toContain('required: true');
    expect(await isValid(page.replace('required: true', 'required: perhaps'))).toBe(false);
  });

  it('says of every route who may call it', () => {
    for (const text of pages.values()) {
      const { paths } = parse(text) as { paths: Record<string, Record<string, { security?: unknown[] }>> };
      for (const operations of Object.values(paths)) {
        for (const { security } of Object.values(operations)) expect(Array.isArray(security)).toBe(true);
      }
    }
  });

  it('shows strangers no class that the guard against widening does not watch', () => {
    const { paths } = parse(pages.get('docs/openapi/intake.yaml') ?? '') as {
      paths: Record<string, Record<string, { 'x-listener': string }>>;
    };
    const open = Object.values(paths)
      .flatMap((operations) => Object.values(operations))
      .filter((operation) => operation['x-listener'] === 'first');
    const named = [...JSON.stringify(open).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    const watched = presentPromises.doors.map(({ name }) => name);
    expect(new Set(named)).toEqual(new Set(watched));
  });
});
