import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { repositoryRoot } from '../layout.js';
import { freePort } from '../ports.js';

const program = join(repositoryRoot, 'dist', 'deploy', 'docker', 'doors.js');

/** The first bytes that a service gets through the program, and the port of the client that sent `hello`. */
async function throughDoors(note: string): Promise<{ readonly heard: string; readonly clientPort: number }> {
  const inside = createServer().listen(0, '127.0.0.1');
  await once(inside, 'listening');
  const port = await freePort();
  const child = spawn(process.execPath, [
    program,
    `${port}=127.0.0.1:${(inside.address() as AddressInfo).port}${note}`,
  ]);
  try {
    const came = once(inside, 'connection') as Promise<[Socket]>;
    let client = connect(port, '127.0.0.1');
    for (let isOpen = false; !isOpen;) {
      isOpen = await new Promise<boolean>((resolve) => {
        client.once('connect', () => resolve(true)).once('error', () => resolve(false));
      });
      if (!isOpen) await new Promise((resolve) => setTimeout(resolve, 50));
      if (!isOpen) client = connect(port, '127.0.0.1');
    }
    client.write('hello');
    const [socket] = await came;
    let heard = '';
    while (!heard.includes('hello')) heard += String((await once(socket, 'data'))[0]);
    const clientPort = client.localPort ?? 0;
    client.destroy();
    return { heard, clientPort };
  } finally {
    child.kill();
    inside.close();
  }
}

describe('the program that leads into the containers', () => {
  it('says where a connection comes from before its first byte', async () => {
    const { heard, clientPort } = await throughDoors('/client');
    expect(heard).toMatch(new RegExp(`^PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 ${clientPort} \\d+\r\nhello$`));
  });

  it('says nothing to a listener that does not expect it', async () => {
    expect((await throughDoors('')).heard).toBe('hello');
  });
});
