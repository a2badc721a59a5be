import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';
import { HttpCode, Post } from '@nestjs/common';

import { ReadBoxesV1 } from '#libs/contracts';

import { Public } from '../src/auth/access.js';
import { ContractBody } from '../src/auth/caller.js';
import { InternalController } from '../src/http/internal-controller.js';
import { DoorController, doorsOfEachTest } from './doors.js';

const doors = doorsOfEachTest();

@InternalController('within')
class WithinController {
  @Post('read')
  @HttpCode(200)
  @Public()
  read(@ContractBody(ReadBoxesV1) { boxes }: ReadBoxesV1): object {
    return { boxes: boxes.length };
  }
}

const box = 'A'.repeat(43);
const good = JSON.stringify({ boxes: [box, box, box] });

/** Sends a request as it is written. @returns the status line's number and the code of the problem */
async function sentTo(port: number, lines: readonly string[], body: string | Uint8Array): Promise<unknown> {
  const socket = connect(port, '127.0.0.1');
  const head = ['POST /within/read HTTP/1.1', 'host: x', 'connection: close', ...lines];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.write(body);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return [Number(text.slice(9, 12)), (/"code":"([a-z-]+)"/.exec(text) ?? [])[1]];
}

describe('a body at a listener', () => {
  const json = 'content-type: application/json';
  const length = (body: string | Uint8Array): string => `content-length: ${Buffer.byteLength(body)}`;
  const packed = gzipSync(good);
  const chunked = `${good.length.toString(16)}\r\n${good}\r\n0\r\n\r\n`;

  it.each<[string, readonly string[], string | Uint8Array, number, string | undefined]>([
    ['plain', [json, length(good)], good, 200, undefined],
    ['in chunks', [json, 'transfer-encoding: chunked'], chunked, 200, undefined],
    ['declared to be as it is', [json, 'content-encoding: Identity', length(good)], good, 200, undefined],
    ['in UTF-8', ['content-type: application/json; charset=UTF-8', length(good)], good, 200, undefined],
    ['packed', [json, 'content-encoding: gzip', length(packed)], packed, 415, 'encoded-body'],
    ['said to be packed', [json, 'content-encoding: br', length(good)], good, 415, 'encoded-body'],
    ['encoded twice', [json, 'content-encoding: identity, gzip', length(good)], good, 415, 'encoded-body'],
    [
      'with two headers',
      [json, 'content-encoding: identity', 'content-encoding: gzip', length(good)],
      good,
      415,
      'encoded-body',
    ],
    ['with an empty encoding', [json, 'content-encoding:', length(good)], good, 415, 'encoded-body'],
    ['packed on its way', [json, 'transfer-encoding: gzip, chunked'], chunked, 415, 'encoded-body'],
    ['in UTF-16', ['content-type: application/json; charset=utf-16', length(good)], good, 415, 'wrong-media-type'],
    ['with a key twice', [json, length('{"boxes":[],"boxes":[]}')], '{"boxes":[],"boxes":[]}', 400, 'duplicate-key'],
    ['with a key twice below', [json, length('{"a":[{"b":1,"b":1}]}')], '{"a":[{"b":1,"b":1}]}', 400, 'duplicate-key'],
    ['with an endless number', [json, length('{"boxes":1e400}')], '{"boxes":1e400}', 400, 'invalid-body'],
    ['with half a pair', [json, length('{"boxes":["\\ud800"]}')], '{"boxes":["\\ud800"]}', 400, 'invalid-body'],
  ])('%s', async (_name, lines, body, ...expected) => {
    const { app, internal } = await doors.start([WithinController]);
    const port = await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    expect(await sentTo(port, lines, body)).toEqual(expected);
  });

  it('tells an unsigned caller of a signed route nothing of these checks', async () => {
    const { app } = await doors.start([DoorController]);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await app.inject({ method: 'POST', url: '/door/money', headers, payload: packed });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'not-signed']);
  });

  it('is refused on the main listener as well', async () => {
    const { app } = await doors.start([DoorController]);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'deflate' };
    const answer = await app.inject({ method: 'POST', url: '/door/apply', headers, payload: '{}' });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([415, 'encoded-body']);
  });
});
