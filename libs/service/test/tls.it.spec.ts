import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { writeCertificates } from '../../../deploy/docker/certificates.js';
import { networkIn, type Network } from '../src/admission/network.js';
import { Certificate } from '../src/http/certificate.js';
import { DoorController, doorsOfEachTest, InsideController } from './doors.js';

let folder: string;
let ca: string;
const doors = doorsOfEachTest();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tls-'));
  await writeCertificates({ folder, names: ['intake', 'payments'] });
  ca = readFileSync(join(folder, 'ca.pem'), 'utf8');
});

afterAll(() => rm(folder, { recursive: true }));

const filesOf = (name: string) => ({ cert: join(folder, name, 'cert.pem'), key: join(folder, name, 'key.pem') });

/** Both listeners with the certificate of a name, and their ports. */
async function listening(certificate: Certificate) {
  const { app, internal } = await doors.start([DoorController, InsideController], { certificate });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { port, internalPort: await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1') };
}

function overHttp1(port: number, path: string, method = 'GET'): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', servername: 'intake', port, path, method, ca }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

function overHttp2(port: number, headers: Readonly<Record<string, string>>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`https://localhost:${port}`, { ca }).on('error', reject);
    const stream = session.request(headers).on('error', reject);
    let [status, body] = [0, ''];
    stream.on('response', (answer) => (status = Number(answer[':status'])));
    stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
    stream.on('end', () => {
      session.close();
      resolve({ status, body });
    });
    stream.end();
  });
}

function connected(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'intake', ca, ...options }, () => resolve(socket));
    socket.on('error', reject);
  });
}

describe('a listener with a certificate behind a TCP proxy', () => {
  const limits = {
    clientAddress: 'proxy-protocol',
    trustedProxies: [networkIn('127.0.0.0/8') as Network],
    readsPerMinute: 2,
  } as const;

  /** Asks over TLS after the header of a proxy. */
  async function through(port: number, from: string): Promise<string> {
    const below = connectTcp(port, '127.0.0.1');
    below.write(`PROXY TCP4 ${from} 10.0.0.1 1 2\r\n`);
    const socket = connect({ socket: below, servername: 'intake', ca });
    socket.write('GET /door/open HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text.slice(9, 12);
  }

  it('limits each of its clients', async () => {
    const certificate = await Certificate.read(filesOf('intake'));
    const { app } = await doors.start([DoorController], { certificate, limits });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const seen: string[] = [];
    for (let each = 0; each < 3; each += 1) seen.push(await through(port, '192.0.2.7'));
    expect([...seen, await through(port, '203.0.113.9')]).toEqual(['200', '200', '429', '200']);
  });

  it('limits its own network over HTTP/2 too', async () => {
    const certificate = await Certificate.read(filesOf('intake'));
    const { app } = await doors.start([DoorController], { certificate, limits: { readsPerMinute: 2 } });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const seen: number[] = [];
    for (let each = 0; each < 3; each += 1) seen.push((await overHttp2(port, { ':path': '/door/open' })).status);
    expect(seen).toEqual([200, 200, 429]);
  });
});

describe('listeners with a certificate', () => {
  it('speak HTTP/1.1 and HTTP/2, with the routes of their own and the same refusals', async () => {
    const { port, internalPort } = await listening(await Certificate.read(filesOf('intake')));
    expect(await overHttp1(port, '/door/open')).toEqual({ status: 200, body: 'open' });
    expect(await overHttp2(port, { ':path': '/door/open' })).toEqual({ status: 200, body: 'open' });
    expect(await overHttp1(internalPort, '/inside')).toEqual({ status: 200, body: 'inside' });
    for (const status of [
      await overHttp1(port, '/inside'),
      await overHttp2(port, { ':path': '/inside' }),
      await overHttp1(internalPort, '/door/open'),
    ].map((answer) => answer.status)) {
      expect(status).toBe(404);
    }
    for (const answer of [
      await overHttp1(port, '/door/kiosk', 'POST'),
      await overHttp2(port, { ':path': '/door/kiosk', ':method': 'POST' }),
    ]) {
      expect([answer.status, (JSON.parse(answer.body) as { code: string }).code]).toEqual([401, 'not-signed']);
    }
  });

  it('speak TLS 1.3 and no older version, and no plain text', async () => {
    const { port, internalPort } = await listening(await Certificate.read(filesOf('intake')));
    for (const each of [port, internalPort]) {
      const socket = await connected(each, {});
      expect(socket.getProtocol()).toBe('TLSv1.3');
      socket.destroy();
      await expect(connected(each, { maxVersion: 'TLSv1.2' })).rejects.toMatchObject({
        code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      });
      await expect(fetch(`http://127.0.0.1:${each}/door/open`)).rejects.toThrow();
    }
  });

  it('prove their name by the authority alone', async () => {
    const { port } = await listening(await Certificate.read(filesOf('intake')));
    await expect(connected(port, { servername: 'payments' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    await expect(connected(port, { ca: undefined })).rejects.toThrow();
  });

  it('take a renewed certificate while they run, and keep the last good one when the files do not fit', async () => {
    const own = join(folder, 'own');
    await cp(join(folder, 'intake'), own, { recursive: true });
    const certificate = await Certificate.read({ cert: join(own, 'cert.pem'), key: join(own, 'key.pem') });
    const { port, internalPort } = await listening(certificate);
    const serialsNow = async (): Promise<readonly string[]> => {
      const sockets = await Promise.all([port, internalPort].map((each) => connected(each, {})));
      const serials = sockets.map((socket) => socket.getPeerX509Certificate()?.serialNumber ?? '');
      for (const socket of sockets) socket.destroy();
      return serials;
    };
    const [first] = await serialsNow();
    await writeFile(join(own, 'cert.pem'), readFileSync(filesOf('payments').cert));
    const other = { settings: ['TLS_KEY'], code: 'key-of-another-certificate' };
    await expect(certificate.renew()).rejects.toMatchObject(other);
    expect(await serialsNow()).toEqual([first, first]);
    // A renewal may be read in the middle of its writing.
    const { cert, key } = filesOf('intake');
    const [certText, keyText] = [readFileSync(cert, 'utf8'), readFileSync(key, 'utf8')];
    for (const [setting, certNow, keyNow] of [
      ['TLS_KEY', certText, ''],
      ['TLS_CERT', '', keyText],
      ['TLS_CERT', '', ''],
      ['TLS_KEY', certText, keyText.slice(0, 60)],
      ['TLS_CERT', certText.slice(0, 200), keyText],
      ['TLS_CERT', keyText, certText],
    ] as const) {
      await writeFile(join(own, 'cert.pem'), certNow);
      await writeFile(join(own, 'key.pem'), keyNow);
      await expect(certificate.renew()).rejects.toMatchObject({ settings: [setting] });
      expect(await serialsNow()).toEqual([first, first]);
    }

    await writeCertificates({ folder, names: ['intake'], all: true });
    await cp(join(folder, 'intake'), own, { recursive: true });
    await certificate.renew();
    const { serialNumber: next, validToDate } = new X509Certificate(readFileSync(join(own, 'cert.pem')));
    expect(next).not.toBe(first);
    expect(await serialsNow()).toEqual([next, next]);
    expect(validToDate.getTime()).toBeGreaterThan(Date.now());
  });
});

describe('a head of HTTP/2', () => {
  it('is bounded in size, as one of HTTP/1.1 is', async () => {
    const { port } = await listening(await Certificate.read(filesOf('intake')));
    const withBytes = (bytes: number) => overHttp2(port, { ':path': '/door/open', 'x-more': 'x'.repeat(bytes) });
    expect((await withBytes(7_000)).status).toBe(200);
    expect((await withBytes(9_000)).status).toBe(431);
  });
});

describe('behind a proxy that ends TLS', () => {
  it('the main listener speaks plain text, and the internal one goes on with TLS', async () => {
    const certificate = await Certificate.read(filesOf('intake'));
    const options = { certificate, terminatedBy: 'ingress.city.example' };
    const { app, internal } = await doors.start([DoorController, InsideController], options);
    await app.listen(0, '127.0.0.1');
    const internalPort = await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    expect(await (await fetch(`${await app.getUrl()}/door/open`)).text()).toBe('open');
    expect(await overHttp1(internalPort, '/inside')).toEqual({ status: 200, body: 'inside' });
    await expect(fetch(`http://127.0.0.1:${internalPort}/inside`)).rejects.toThrow();
  });
});
