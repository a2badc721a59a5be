import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import type { StartedTestContainer } from 'testcontainers';

import { services } from '#libs/contracts';
import { openCodes } from '#libs/household';

import { ownerAccess, ownerOf, prepareDatabases } from '../../deploy/local/databases.js';
import { newPassword } from '../../deploy/local/secrets.js';
import { someAnswers, TestCity } from '../support/city.js';
import { testCertificates, type TestCertificates } from './certificates.js';
import { KafkaContainer } from './kafka-container.js';
import { startPostgres, superuserUrlOf } from './postgres-container.js';

let certificates: TestCertificates;
let postgres: StartedPostgreSqlContainer;
let kafka: StartedTestContainer;
let city: TestCity;

beforeAll(async () => {
  certificates = await testCertificates('postgres', 'kafka');
  const [database, broker] = await Promise.all([
    startPostgres(certificates),
    new KafkaContainer(certificates).startBroker(),
  ]);
  postgres = database;
  kafka = broker.container;
  const passwords = Object.fromEntries(services.map((service) => [service, newPassword()]));
  const superuserUrl = superuserUrlOf(postgres, certificates);
  const urls = await prepareDatabases(superuserUrl, passwords);
  const { brokers, admin, users, ca } = broker.access;
  city = await TestCity.start('demo', {
    given: {
      KAFKA_BROKERS: brokers,
      KAFKA_CA: ca,
      KAFKA_ADMIN_USERNAME: admin.username,
      KAFKA_ADMIN_PASSWORD: admin.password,
      ...Object.fromEntries(
        services.flatMap((service) => {
          const name = service.toUpperCase();
          return [
            [`DATABASE_URL_${name}`, urls[service]],
            [`DATABASE_OWNER_URL_${name}`, ownerAccess(superuserUrl, service).url],
            [`DATABASE_OWNER_ROLE_${name}`, ownerOf(service)],
            [`KAFKA_USERNAME_${name}`, users[service].username],
            [`KAFKA_PASSWORD_${name}`, users[service].password],
          ];
        }),
      ),
    },
  });
});
afterAll(async () => {
  await city?.stop();
  await Promise.all([postgres?.stop(), kafka?.stop()]);
  await certificates?.remove();
});

it('a household applies at a kiosk and holds a code that the partner knows, all of it in containers', async () => {
  const household = await city.apply(someAnswers(), city.kiosk);
  const messages = await household.until(({ payments }) => payments?.status === 'ready-to-collect', 'a code', 60_000);
  const codes = await openCodes(household.household, messages);
  expect(codes.map(({ amountCents }) => amountCents)).toEqual([25_000n]);
  const issued = (await city.journal()).filter(({ code }) => code === codes[0]?.code);
  expect(issued.map(({ kind, amountCents }) => [kind, amountCents])).toEqual([['cash-issued', '25000']]);
  const books = await city.readPayments<Record<string, unknown>>('/v1/books');
  expect([books['balanced'], books['freeze']]).toEqual([true, null]);
  const parked = await Promise.all(services.map((service) => city.parked(service)));
  expect(parked).toEqual([0, 0, 0, 0]);
});
