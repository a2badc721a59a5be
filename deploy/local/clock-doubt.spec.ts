import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';

import { services, type Service } from '#libs/contracts';
import { clockDoubtOf } from './clock-doubt.js';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

/** Answers health reports of all services, with these checks. */
async function city(checks: object): Promise<Readonly<Record<Service, string>>> {
  server = createServer((_request, answer) => answer.end(JSON.stringify({ ready: true, checks })));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.fromEntries(services.map((service) => [service, url])) as Record<Service, string>;
}

describe('a start after days', () => {
  it('says in one line what to do', async () => {
    const urls = await city({ clock: 'day-ahead', clockDay: '2026-12-14', witnessedDay: '2026-11-30' });
    expect(await clockDoubtOf(urls)).toBe(
      'The last day that is certain is 2026-11-30, so that nothing is destroyed yet. ' +
        'If today is 2026-12-14: npm run amparo -- clock accept all',
    );
  });

  it('names the page where no command helps', async () => {
    expect(await clockDoubtOf(await city({ clock: 'clocks-apart' }))).toContain('docs/runbooks/clock.md');
  });

  it('says nothing while the clocks are believed, or where nobody answers', async () => {
    expect(await clockDoubtOf(await city({ clock: 'believed' }))).toBeUndefined();
    const nobody = Object.fromEntries(services.map((service) => [service, 'http://127.0.0.1:1']));
    expect(await clockDoubtOf(nobody as Record<Service, string>)).toBeUndefined();
  });
});
