import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';

import { networkIn, type Network } from '../src/admission/network.js';
import { DoorLimits } from '../src/limits/door-limits.js';
import { RefusalCount } from '../src/limits/refusal-count.js';
import { DoorController, doorsOfEachTest, written, type Doors, type DoorsOptions } from './doors.js';

const doors = doorsOfEachTest();
const loopback = [networkIn('127.0.0.0/8') as Network];

async function started(limits: DoorsOptions['limits'] = {}): Promise<{ door: Doors; port: number }> {
  const door = await doors.start([DoorController], { limits });
  await door.app.listen(0, '127.0.0.1');
  return { door, port: Number(new URL(await door.app.getUrl()).port) };
}

interface Told {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: number;
}

/** Applies unsigned. @param from what a proxy says about the sender */
async function apply(port: number, from?: string, signed: Record<string, string> = {}): Promise<Told> {
  const headers = {
    'content-type': 'application/json',
    ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    ...signed,
  };
  const answer = await fetch(`http://127.0.0.1:${port}/door/apply`, { method: 'POST', headers, body: '' });
  const { code } = (await answer.json()) as { code?: string };
  return { status: answer.status, code, retryAfter: Number(answer.headers.get('retry-after')) };
}

const statuses = async (count: number, send: () => Promise<Told>): Promise<number[]> => {
  const all: number[] = [];
  for (let each = 0; each < count; each += 1) all.push((await send()).status);
  return all;
};

/** Opens a connection and sends bytes. */
async function opened(port: number, bytes = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

async function answerOn(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await Promise.race([once(socket, 'close'), sleep(2_000)]);
  return text;
}

const get = (more = ''): string => `GET /door/open HTTP/1.1\r\nhost: x\r\n${more}connection: close\r\n\r\n`;

describe('a sender who asks too much', () => {
  it('is told when to come back, and nobody of another network is', async () => {
    const { port } = await started({
      clientAddress: 'x-forwarded-for',
      trustedProxies: loopback,
      networkWritesPerMinute: 5,
    });
    expect(await statuses(5, () => apply(port, '192.0.2.1'))).toEqual([200, 200, 200, 200, 200]);
    expect(await apply(port, '192.0.77.5')).toEqual({ status: 429, code: 'too-many', retryAfter: 12 });
    expect((await apply(port, '192.1.2.1')).status).toBe(200);
    expect((await apply(port, '2001:db8:1::1')).status).toBe(200);
  });

  it('is not somebody else because of what they say of themselves', async () => {
    const { port } = await started({ networkWritesPerMinute: 2 });
    expect(await statuses(3, () => apply(port, `192.${Math.floor(Math.random() * 250)}.2.1`))).toEqual([200, 200, 429]);
  });

  it('is refused, and counted, if their signatures are not valid', async () => {
    const { door, port } = await started({ readsPerMinute: 2 });
    const signed = await door.signed({ path: '/door/kiosk', body: '', signer: 'kiosk', by: 'releaser' });
    const send = async (): Promise<number> => {
      const request = { method: 'POST', headers: { ...signed }, body: '' };
      return (await fetch(`http://127.0.0.1:${port}/door/kiosk`, request)).status;
    };
    expect([await send(), await send(), await send()]).toEqual([401, 401, 429]);
    expect(door.app.get(RefusalCount).count).toBe(1);
    expect((await door.post('/door/kiosk', undefined, 'kiosk')).status).toBe(200);
  });

  it('does not keep an enrolled device out, and is not kept out by one', async () => {
    const { door } = await started({ networkWritesPerMinute: 2, deviceWritesPerMinute: 4 });
    const sendAs = (signer?: string) => door.post('/door/apply', undefined, signer);
    const asked = async (count: number, signer?: string): Promise<number[]> => {
      const all: number[] = [];
      for (let each = 0; each < count; each += 1) all.push((await sendAs(signer)).status);
      return all;
    };
    expect(await asked(3)).toEqual([200, 200, 429]);
    expect(await asked(5, 'kiosk')).toEqual([200, 200, 200, 200, 429]);
  });

  it('is refused for the day if it is a device that has tried too often', async () => {
    const { door } = await started({ deviceWritesPerDay: 3 });
    for (let each = 0; each < 3; each += 1)
      expect((await door.post('/door/kiosk', undefined, 'kiosk')).status).toBe(200);
    expect((await door.post('/door/kiosk', undefined, 'kiosk')).body).toMatchObject({ code: 'too-many' });
  });

  it('leaves a rounded count, and neither address nor network anywhere', async () => {
    written.length = 0;
    const { door, port } = await started({
      clientAddress: 'x-forwarded-for',
      trustedProxies: loopback,
      networkWritesPerMinute: 1,
    });
    await statuses(300, () => apply(port, '198.51.100.7'));
    const metrics = await door.app.get(Registry).metrics();
    expect(Number(/^amparo_door_refused (\d+)$/m.exec(metrics)?.[1]) % 50).toBe(0);
    expect(metrics).toMatch(/^amparo_door_refused (250|300)$/m);
    expect(`${metrics} ${JSON.stringify(written)}`).not.toMatch(/198\.51|127\.0/);
  });

  it('is limited when they only read, too', async () => {
    const { port } = await started({ readsPerMinute: 3 });
    const read = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect([
      await read('/door/open'),
      await read('/nothing'),
      await read('/door/open'),
      await read('/door/open'),
    ]).toEqual([200, 404, 200, 429]);
  });
});

describe('a TCP proxy', () => {
  const config = { clientAddress: 'proxy-protocol', trustedProxies: loopback, readsPerMinute: 2 } as const;
  const line = (from: string): string => `PROXY TCP4 ${from} 10.0.0.1 1234 3001\r\n`;

  it('names its clients, and each has limits of its own', async () => {
    const { port } = await started(config);
    const statusOf = async (from: string): Promise<string> =>
      (await answerOn(await opened(port, line(from) + get()))).slice(9, 12);
    const seen: string[] = [];
    for (let each = 0; each < 3; each += 1) seen.push(await statusOf('192.0.2.7'));
    expect([...seen, await statusOf('203.0.113.9')]).toEqual(['200', '200', '429', '200']);
  });

  it('is understood however its bytes arrive', async () => {
    const { port } = await started(config);
    const socket = await opened(port);
    const told = answerOn(socket);
    for (const byte of line('192.0.2.7') + get()) {
      socket.write(byte);
      if (Math.random() < 0.3) await sleep(1);
    }
    expect((await told).slice(9, 12)).toBe('200');
  });

  it('that says nothing understandable is cut off', async () => {
    const { port } = await started(config);
    expect(await answerOn(await opened(port, get()))).toBe('');
    expect(await answerOn(await opened(port, `PROXY TCP4 what 10.0.0.1 1 2\r\n${get()}`))).toBe('');
  });

  it('speaks for nobody at the internal listener, which its own network reaches without it', async () => {
    const { door } = await started(config);
    door.internal.watch = (server) => door.app.get(DoorLimits).watchInternal(server);
    const port = await door.internal.listen(door.app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    expect((await answerOn(await opened(port, get()))).slice(9, 12)).toBe('404');
    expect((await answerOn(await opened(port, line('192.0.2.7') + get()))).slice(9, 12)).toBe('400');
  });

  it('is believed only if it is configured', async () => {
    const { port } = await started({ ...config, trustedProxies: [networkIn('10.0.0.0/8') as Network] });
    expect((await answerOn(await opened(port, line('192.0.2.7') + get()))).slice(9, 12)).toBe('400');
    expect((await answerOn(await opened(port, get()))).slice(9, 12)).toBe('200');
  });
});

describe('a listener', () => {
  it('answers while somebody holds all the connections that one network may have', async () => {
    const { port } = await started({ connectionsPerNetwork: 20 });
    const idle = await Promise.all(Array.from({ length: 60 }, () => opened(port)));
    expect((await answerOn(await opened(port, get()))).slice(9, 12)).toBe('200');
    await sleep(100);
    expect(idle.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(20);
    for (const socket of idle) socket.destroy();
  });

  it('answers while many networks hold all of its connections', async () => {
    const config = { clientAddress: 'proxy-protocol', trustedProxies: loopback, connectionsMax: 50 } as const;
    const { port } = await started(config);
    const idle = await Promise.all(
      Array.from({ length: 120 }, (_, at) => opened(port, `PROXY TCP4 192.${at}.2.7 10.0.0.1 1 2\r\n`)),
    );
    await sleep(100);
    expect((await answerOn(await opened(port, `PROXY TCP4 203.0.113.9 10.0.0.1 1 2\r\n${get()}`))).slice(9, 12)).toBe(
      '200',
    );
    expect(idle.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(50);
    for (const socket of idle) socket.destroy();
  });

  it('keeps the connection of an enrolled device', async () => {
    const { port, door } = await started({ connectionsPerNetwork: 3 });
    const signed = await door.signed({ path: '/door/kiosk', body: '', signer: 'kiosk' });
    const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}`);
    const kiosk = await opened(
      port,
      ['POST /door/kiosk HTTP/1.1', 'host: x', 'content-length: 0', ...lines, '', ''].join('\r\n'),
    );
    const [first] = (await once(kiosk, 'data')) as [Buffer];
    expect(first.toString().slice(9, 12)).toBe('200');
    const idle = await Promise.all(Array.from({ length: 30 }, () => opened(port)));
    await sleep(100);
    expect(kiosk.destroyed).toBe(false);
    for (const socket of [kiosk, ...idle]) socket.destroy();
  });

  it('closes the oldest connection of a device that has more than two hundred', async () => {
    const { port, door } = await started();
    const kiosks: Socket[] = [];
    for (let each = 0; each < 205; each += 1) {
      const signed = await door.signed({ path: '/door/kiosk', body: '', signer: 'kiosk' });
      const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}`);
      const head = ['POST /door/kiosk HTTP/1.1', 'host: x', 'content-length: 0', ...lines, '', ''].join('\r\n');
      const kiosk = await opened(port, head);
      await once(kiosk, 'data');
      kiosks.push(kiosk.resume());
    }
    await sleep(100);
    expect(kiosks.map(({ destroyed }) => destroyed)).toEqual(kiosks.map((_, at) => at < 5));
    for (const kiosk of kiosks) kiosk.destroy();
  });

  it('closes a connection that sends nothing, half a head, or half a body', async () => {
    const { port } = await started();
    const began = performance.now();
    const slow = await Promise.all([
      opened(port),
      opened(port, 'GET /door/open HTTP/1.1\r\nx-slow: '),
      opened(
        port,
        'POST /door/apply HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
      ),
    ]);
    await Promise.all(slow.map((socket) => (socket.resume(), once(socket, 'close'))));
    expect(performance.now() - began).toBeLessThan(24_000);
  }, 30_000);

  it('refuses a head that is too large or has too many headers', async () => {
    const { port } = await started();
    const code = async (more: string): Promise<string> => (await answerOn(await opened(port, get(more)))).slice(9, 12);
    expect(await code('x: y\r\n'.repeat(60))).toBe('200');
    expect(await code('x: y\r\n'.repeat(70))).toBe('431');
    expect(await code(`x: ${'y'.repeat(9_000)}\r\n`)).toBe('400');
  });
});
