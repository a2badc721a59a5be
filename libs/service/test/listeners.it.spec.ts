import { Agent, get } from 'node:http';

import { describe, expect, it } from '@jest/globals';
import { HttpCode, Post } from '@nestjs/common';

import { InternalController, isInternalPath, ReadsOnly, SignedBy } from '#libs/service';
import { DoorController, doorsOfEachTest, InsideController, started } from './doors.js';

const doors = doorsOfEachTest();

describe('the two listeners', () => {
  it('have routes of their own: what is inside cannot be reached from outside, and the other way round', async () => {
    const { app, internal } = await doors.start([DoorController, InsideController]);
    const port = await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    const inside = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    const outside = (path: string): Promise<number> => doors.now.statusOf(path);
    expect([await outside('/door/open'), await outside('/inside')]).toEqual([200, 404]);
    expect([await inside('/door/open'), await inside('/inside')]).toEqual([404, 200]);
  });

  it('keep a controller of an app inside, too, and behind the guard', async () => {
    @InternalController('v1/operations/app')
    class AppController {
      @Post('mend')
      @HttpCode(200)
      @SignedBy('operator')
      @ReadsOnly()
      mend(): string {
        return 'mended';
      }
    }
    const { app, internal } = await doors.start([AppController]);
    const port = await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    const path = '/v1/operations/app/mend';
    expect((await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' })).status).toBe(401);
    expect(await doors.now.post(path, undefined, 'operator')).toMatchObject({ status: 404 });
    // The path that `amparo` uses.
    expect(isInternalPath(path)).toBe(true);
  });

  it('are told apart by the connection and by nothing that a request says', async () => {
    const { app, internal } = await doors.start([InsideController]);
    const port = await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    for (const headers of [
      { listener: 'internal' },
      { host: `127.0.0.1:${port}` },
      { 'x-forwarded-port': `${port}` },
    ]) {
      expect(await doors.now.statusOf('/inside', headers)).toBe(404);
    }
  });

  it('ends when those that ask have their answer, even where they keep the connection', async () => {
    const { app, internal } = await doors.start([InsideController]);
    const port = await internal.listen(app.getHttpAdapter().getInstance(), 0, '127.0.0.1');
    const agent = new Agent({ keepAlive: true });
    const arrived = new Promise<void>((resolve) => (started.slow = resolve));
    const answer = new Promise<string>((resolve, reject) => {
      get(`http://127.0.0.1:${port}/inside/slow`, { agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
    await arrived;
    const closed = internal.close();
    expect(await answer).toBe('slow');
    await closed;
    agent.destroy();
  }, 5_000);
});
