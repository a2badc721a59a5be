import { connect } from 'node:net';

import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  Post,
  Sse,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { of, type Observable } from 'rxjs';

import { accessOf, Public, ReadsOnly, SignedBy } from '../src/auth/access.js';
import { DoorController, doorsOfEachTest, InsideController, written } from './doors.js';

const SECRET = 'canary-7c1e';

const doors = doorsOfEachTest();

beforeEach(() => {
  written.length = 0;
});

/** The access declaration of a route that really is guarded. */
const stolen = (name: 'open' | 'plain'): object => ({
  config: { access: accessOf(Reflect.get(DoorController.prototype, name) as object) },
});

async function read(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await doors.now.app.inject({ method: 'GET', url });
  return { status: answer.statusCode, text: `${JSON.stringify(answer.headers)}${answer.payload}` };
}

async function expectNothing(url: string): Promise<void> {
  const { status, text } = await read(url);
  expect([status, text.includes(SECRET), text.includes('"code":"unavailable"')]).toEqual([503, false, true]);
  expect(written).toContainEqual(['request-failed', { code: 'not-admitted' }]);
}

describe('nothing but a refusal leaves', () => {
  it.each(['open', 'plain'] as const)('a route below Nest that passes for one of a controller (%s)', async (name) => {
    const add = (adapter: FastifyAdapter): void =>
      void adapter.getInstance().get('/below', stolen(name), (_request, reply) => {
        void reply.header('x-note', SECRET).send(SECRET);
      });
    await doors.start([DoorController], { add });
    await expectNothing('/below');
  });

  it('what a hook answers in the place of a controller', async () => {
    const add = (adapter: FastifyAdapter): void =>
      void adapter.getInstance().addHook('preHandler', (_request, reply) => void reply.send(SECRET));
    await doors.start([DoorController], { add });
    await expectNothing('/door/open');
  });

  it('what takes the place of "there is nothing here"', async () => {
    const add = (adapter: FastifyAdapter): void => {
      adapter.getInstance().addHook('preHandler', (request, reply, done) => {
        if (request.is404) void reply.send(SECRET);
        else done();
      });
    };
    await doors.start([DoorController], { add });
    await expectNothing('/nowhere');
    expect(await read('/door/open')).toMatchObject({ status: 200 });
  });

  it('a refusal of the guard that a filter makes an answer of', async () => {
    @Catch()
    class KindFilter implements ExceptionFilter {
      catch(_error: unknown, host: ArgumentsHost): void {
        void host.switchToHttp().getResponse<FastifyReply>().status(200).send(SECRET);
      }
    }
    @Controller('kind')
    class KindController {
      @Post()
      @UseFilters(KindFilter)
      @SignedBy('releaser')
      @ReadsOnly()
      read(): string {
        return 'whatever';
      }
    }
    await doors.start([KindController]);
    // Signed by a member of staff without the role.
    expect(await doors.now.post('/kind', undefined, 'operator')).toMatchObject({
      status: 503,
      body: { code: 'unavailable' },
    });
    expect(written).toContainEqual(['request-failed', { code: 'not-admitted' }]);
  });

  it.each<[string, (adapter: FastifyAdapter) => void]>([
    [
      'a route that writes past Fastify',
      (adapter) =>
        adapter.getInstance().get('/past', stolen('open'), (_request, reply) => {
          void reply.hijack();
          reply.raw.end(SECRET);
        }),
    ],
    [
      'a stream of its own',
      (adapter) =>
        adapter.getInstance().get('/past', stolen('open'), (_request, reply) => {
          void reply.hijack();
          reply.raw.writeHead(200, { 'x-note': SECRET });
          reply.raw.write(SECRET);
          reply.raw.end();
        }),
    ],
    [
      'something that Nest calls middleware',
      (adapter) =>
        void adapter.getInstance().addHook('onRequest', (_request, reply) => {
          reply.raw.statusCode = 401;
          reply.raw.end(SECRET);
        }),
    ],
  ])('%s: the connection is cut', async (_what, add) => {
    const { app } = await doors.start([DoorController], { add });
    await app.listen(0, '127.0.0.1');
    const answer = fetch(`${await app.getUrl()}/past`).then((given) => given.text());
    await expect(answer).rejects.toThrow();
    expect(written).toContainEqual(['request-failed', { code: 'not-admitted' }]);
  });
});

describe('an event stream', () => {
  @Controller('stream')
  class StreamController {
    @Sse('money')
    @SignedBy('releaser')
    @ReadsOnly()
    money(): Observable<{ data: string }> {
      return of({ data: SECRET });
    }

    @Sse('open')
    @Public()
    open(): Observable<{ data: string }> {
      return of({ data: 'for everybody' });
    }
  }

  it('reaches those for whom it is, and nobody else', async () => {
    const { app } = await doors.start([StreamController]);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const refused = await fetch(`${url}/stream/money`);
    expect([refused.status, (await refused.text()).includes(SECRET)]).toEqual([401, false]);
    expect(await (await fetch(`${url}/stream/open`)).text()).toContain('for everybody');
  });
});

describe('who calls comes before what is sent', () => {
  const large = JSON.stringify({ boxes: 'A'.repeat(20_000) });

  it.each([
    ['another kind of body', '{}', 'text/plain', 415],
    ['a body that is too large', large, 'application/json', 413],
  ])('with %s', async (_what, body, type, status) => {
    await doors.start([DoorController]);
    expect(await doors.now.postBytes('/door/plain', body, { type })).toMatchObject({
      status: 401,
      body: { code: 'not-signed' },
    });
    expect(await doors.now.postBytes('/door/plain', body, { type, signer: 'maker' })).toMatchObject({ status });
    expect(await doors.now.postBytes('/door/kiosk', body, { type, signer: 'maker' })).toMatchObject({ status: 401 });
    expect(await doors.now.postBytes('/door/apply', body, { type })).toMatchObject({ status });
  });

  it('and a signature does not hold for another body', async () => {
    await doors.start([DoorController]);
    for (const path of ['/door/plain', '/door/apply', '/door/kiosk']) {
      const signer = path === '/door/plain' ? 'maker' : 'kiosk';
      expect(await doors.now.postBytes(path, '{}', { signer, sent: '' })).toMatchObject({ status: 401 });
      expect(await doors.now.postBytes(path, '{}', { signer })).toMatchObject({ status: 200 });
    }
  });

  it('and a query is refused wherever there is a route', async () => {
    @Controller('query')
    class QueryController {
      @Get()
      @Public()
      read(): string {
        return 'whatever';
      }
    }
    const { app } = await doors.start([DoorController, QueryController]);
    await app.listen(0, '127.0.0.1');
    const port = Number(new URL(await app.getUrl()).port);
    for (const path of ['/door/open?all=1', '/query?', '/query#all', '/query?#', '/query?a=1#b']) {
      const answer = await answerTo(port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      expect([path, answer.slice(0, 12), answer.includes('"code":"unknown-query"')]).toEqual([
        path,
        'HTTP/1.1 400',
        true,
      ]);
    }
    expect(await read('/nowhere?all=1')).toMatchObject({ status: 404 });
    expect(await read('/query')).toMatchObject({ status: 200 });
    expect(await doors.now.post('/door/plain?all=1', undefined)).toMatchObject({ status: 401 });
    expect(await doors.now.post('/door/plain?all=1', undefined, 'maker')).not.toMatchObject({ status: 200 });
  });
});

describe('what is no request at all', () => {
  it('is refused in the form of every refusal, on both listeners', async () => {
    const { app, internal } = await doors.start([DoorController, InsideController]);
    await app.listen(0, '127.0.0.1');
    const main = Number(new URL(await app.getUrl()).port);
    const inside = await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    for (const port of [main, inside]) {
      for (const text of [`${SECRET}\r\n\r\n`, `GET / HTTP/1.1\r\nhost: x\r\n${SECRET} \r\n\r\n`]) {
        const answer = await answerTo(port, text);
        expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json\r\n/);
        expect(answer).toContain('"code":"not-http"');
        expect(answer).not.toContain(SECRET);
      }
    }
  });

  it.each([
    ['no host', ''],
    ['an empty request for an upgrade, and no host', 'connection: upgrade\r\nupgrade: h2c\r\n'],
    ['two hosts', 'host: x\r\nHost: y\r\n'],
    ['the same host twice', 'host: x\r\nhost: x\r\n'],
    ['an expectation', `host: x\r\nexpect: ${SECRET}\r\n`],
  ])('is refused in that form with %s', async (_name, lines) => {
    const { app, internal } = await doors.start([DoorController, InsideController]);
    await app.listen(0, '127.0.0.1');
    const main = Number(new URL(await app.getUrl()).port);
    const inside = await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    for (const port of [main, inside]) {
      const answer = await answerTo(port, `GET / HTTP/1.1\r\n${lines}connection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answer).toContain('"code":"not-http"');
      expect(answer).not.toContain(SECRET);
    }
  });

  it('is not what HTTP/1.0 sends without a host', async () => {
    const { app } = await doors.start([DoorController]);
    await app.listen(0, '127.0.0.1');
    const answer = await answerTo(Number(new URL(await app.getUrl()).port), 'GET /door/open HTTP/1.0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

function answerTo(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
    socket.once('close', () => resolve(heard)).once('error', reject);
  });
}
