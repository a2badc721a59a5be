import { beforeEach, describe, expect, it } from '@jest/globals';

import { DoorController, doorsOfEachTest, queries, type Answer, type Signing } from './doors.js';

const doors = doorsOfEachTest();
const content = JSON.stringify({ boxes: Array.from({ length: 3 }, () => 'A'.repeat(43)) });

beforeEach(async () => {
  await doors.start([DoorController]);
  [queries.keys, queries.nonces] = [0, 0];
});

async function sign(wanted: Omit<Signing, 'body'>, body = content): Promise<Answer> {
  const headers = await doors.now.signed({ body, ...wanted });
  return doors.now.send(wanted.path, body, { ...headers, 'content-type': 'application/json' });
}

const kiosk = { path: '/door/kiosk', signer: 'kiosk' } as const;
const money = { path: '/door/money', signer: 'maker' } as const;
const codeOf = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];

describe('a signature of a device', () => {
  const send = (wanted: Partial<Signing> = {}): Promise<Answer> => sign({ ...kiosk, ...wanted }, '');

  it('is accepted while its clock is at most ten minutes off', async () => {
    for (const later of [-600, 0, 600]) expect((await send({ later })).status).toBe(200);
  });

  it('by a wrong clock is refused with our time', async () => {
    for (const later of [-601, 601, 86_400]) {
      expect(await send({ later })).toMatchObject({
        status: 401,
        body: { code: 'wrong-clock', now: '2099-11-02T10:00:00.000Z' },
      });
    }
  });

  it('tells our time only to the holder of an enrolled key that is not revoked', async () => {
    expect(codeOf(await send({ later: 3_600, by: 'stolen' }))).toEqual([401, 'unknown-device']);
    expect(codeOf(await send({ later: 3_600, signer: 'kiosk-999', by: 'kiosk' }))).toEqual([401, 'unknown-device']);
    expect(codeOf(await send({ later: 3_600, signer: 'stolen', by: 'stolen' }))).toEqual([401, 'revoked-device']);
  });

  it('is that of an unknown device alike if the name is not enrolled and if the key is another', async () => {
    const unknown = await send({ signer: 'kiosk-999', by: 'kiosk' });
    const another = await send({ by: 'stolen' });
    expect(codeOf(unknown)).toEqual([401, 'unknown-device']);
    expect(another).toEqual(unknown);
  });

  it('says that a device is revoked only to the holder of its key', async () => {
    expect(codeOf(await send({ signer: 'stolen', by: 'stolen' }))).toEqual([401, 'revoked-device']);
    expect(codeOf(await send({ signer: 'stolen', by: 'kiosk' }))).toEqual([401, 'unknown-device']);
  });
});

describe('a signature of staff', () => {
  it('is good once', async () => {
    const headers = await doors.now.signed({ ...money, body: content });
    const post = (): Promise<Answer> =>
      doors.now.send(money.path, content, { ...headers, 'content-type': 'application/json' });
    const answers = await Promise.all([post(), post(), post(), post()]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body['code'] === 'replayed')).toHaveLength(3);
    expect((await sign(money)).status).toBe(200);
  });

  it('is valid for a minute', async () => {
    for (const later of [-60, 60]) expect((await sign({ ...money, later })).status).toBe(200);
    for (const later of [-61, 61]) expect(codeOf(await sign({ ...money, later }))).toEqual([401, 'wrong-clock']);
  });

  it('is for one service', async () => {
    expect(codeOf(await sign({ ...money, service: 'eligibility' }))).toEqual([401, 'not-signed']);
  });

  it('is nobody when the key is revoked, unknown, or another, and the answer does not tell which', async () => {
    const revoked = await sign({ ...money, signer: 'former' });
    expect(codeOf(revoked)).toEqual([401, 'not-signed']);
    expect(await sign({ ...money, signer: 'stranger', by: 'maker' })).toEqual(revoked);
    expect(await sign({ ...money, by: 'operator' })).toEqual(revoked);
    expect(await sign({ ...money, signer: 'former', later: 3_600 })).toEqual(revoked);
  });

  it('spends no nonce before its body has been compared', async () => {
    const headers = { ...(await doors.now.signed({ ...money, body: content })), 'content-type': 'application/json' };
    expect(codeOf(await doors.now.send(money.path, '{}', headers))).toEqual([401, 'not-signed']);
    expect(queries.nonces).toBe(0);
    expect((await doors.now.send(money.path, content, headers)).status).toBe(200);
  });
});

describe('what a stranger signs', () => {
  const many = (member: (at: number) => string): string =>
    Array.from({ length: 4_000 }, (_, at) => member(at)).join(', ');
  const params = '("@method" "@path" "content-digest");created=4097116800';

  it.each<[string, string]>([
    ['thousands of members', many((at) => `sig${at}=${params};keyid="kiosk-${at}";alg="ed25519"`)],
    ['thousands of names in one member', `sig1=${params}${';keyid="kiosk"'.repeat(4_000)}`],
    ['thousands of spaces', `sig1=${params};keyid="kiosk"${' '.repeat(8_000)};alg="ed25519"`],
    ['an unknown name', `sig1=${params};keyid="kiosk-999";alg="ed25519"`],
    ['a known name', `sig1=${params};keyid="kiosk";alg="ed25519"`],
  ])('costs no query: %s', async (_name, input) => {
    const digest = (await doors.now.signed({ ...kiosk, body: '' }))['content-digest'] ?? '';
    const signature = `sig1=:${Buffer.alloc(64, 1).toString('base64')}:`;
    const headers = { 'content-digest': digest, 'signature-input': input, signature };
    for (const path of ['/door/kiosk', '/door/money', '/door/apply']) {
      // A head of more than 8 KiB is refused before anything of it is read.
      expect([401, 431]).toContain((await doors.now.send(path, '', headers)).status);
    }
    expect(queries).toEqual({ keys: 0, nonces: 0 });
  });
});
