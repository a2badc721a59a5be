import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { boxStatuses, describeContracts, forbiddenIn, noticeTemplates, type FieldDescription } from '#libs/contracts';
import { logEvents } from '#libs/service';

import { repositoryRoot } from '../../deploy/local/layout.js';
import { apiNames, metricNames, sentencesIn, tableNames } from './said-names.js';

const textOfFile = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const filesLike = (...patterns: readonly string[]): readonly string[] => globSync(patterns, { cwd: repositoryRoot });

const nested = (fields: readonly FieldDescription[]): readonly string[] =>
  fields.flatMap(({ name, fields: inner = [] }) => [name, ...nested(inner)]);

const apiPage = (field: string, route = '/v1/books'): string =>
  JSON.stringify({
    paths: { [route]: { post: { requestBody: { schema: { properties: { [field]: {} } } } } } },
    components: {},
  });

/** Every kind of name that data of a household could stand under, as it is now, and with one of a kind planted. */
const kinds: readonly (readonly [string, readonly string[], (name: string) => readonly string[]])[] = [
  [
    'fields of contracts',
    describeContracts().flatMap(({ fields }) => nested(fields)),
    (name) => nested([{ name: 'bands', fields: [{ name }] }] as unknown as readonly FieldDescription[]),
  ],
  [
    'tables and columns',
    tableNames(textOfFile('docs/database.md')),
    (name) => tableNames(`### record\n\n- \`${name}\` text: Something.`),
  ],
  [
    'routes, and fields of bodies and answers',
    filesLike('docs/openapi/*.yaml').flatMap((file) => apiNames(textOfFile(file))),
    (name) => [...apiNames(apiPage(name)), ...apiNames(apiPage('kind', `/v1/${name}/open`))],
  ],
  [
    'metrics and their labels',
    filesLike('apps/*/src/**/*.ts', 'libs/*/src/**/*.ts').flatMap((file) => metricNames(textOfFile(file))),
    (name) => [
      ...metricNames(`new Counter({ name: 'texts', labelNames: ['outcome', '${name}'] })`),
      ...metricNames(`new Gauge({ name: \`texts_${name}\` })`),
      ...metricNames(`gauge('${name}', 'help', read)`),
    ],
  ],
  [
    'fields of log lines',
    Object.values(logEvents).flatMap((fields) => Object.keys(fields)),
    (name) => Object.keys({ [name]: 'code' }),
  ],
  [
    'texts and statuses that households read',
    [
      ...sentencesIn(textOfFile('apps/notification/src/domain/text.ts')),
      ...sentencesIn(textOfFile('libs/household/src/errors.ts')),
      ...boxStatuses,
      ...noticeTemplates,
    ],
    (name) =>
      sentencesIn(`const texts = { en: { update: 'There is an update of your ${name}. Reply STOP to end.' } };`),
  ],
];

/** One of each kind of forbidden data, in both languages. */
const plants = [
  'nationalOrigin', 'asylum', 'deported', 'gps', 'lat', 'ip', 'fullName', 'apellido', 'idNumber', 'driversLicense',
  'taxId', 'birthYear', 'greenCard', 'religion', 'employer', 'police', 'nacionalidad', 'domicilio', 'gender',
]; // prettier-ignore

describe.each(kinds)('%s', (_kind, present, planted) => {
  it('name nothing that is never asked', () => {
    expect(present.length).toBeGreaterThan(5);
    expect(present.filter((name) => forbiddenIn(name) !== undefined)).toEqual([]);
  });

  it.each(plants)('would be found with %s', (name) => {
    const names = planted(name);
    expect(names.filter((each) => forbiddenIn(each) !== undefined).length).toBeGreaterThan(0);
    expect(names.join(' ')).toContain(name);
  });
});

describe('the search for names', () => {
  it('finds each of several places of one kind', () => {
    const [, , planted] = kinds[3] as (typeof kinds)[number];
    expect(planted('gps').filter((each) => forbiddenIn(each) !== undefined)).toHaveLength(3);
    const [, , routes] = kinds[2] as (typeof kinds)[number];
    expect(routes('gps').filter((each) => forbiddenIn(each) !== undefined)).toHaveLength(2);
  });
});
