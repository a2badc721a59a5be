import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { SubmitApplicationV1 } from '#libs/contracts';

/** What one client sends. Each kind goes on until the parent says stop. */
export const kinds = [
  'keys that are no keys',
  'well-sealed rubbish',
  'signatures of many members',
  'signatures of strangers',
  'bodies with equal keys',
  'reads of boxes',
  'reads of the directory',
  'large heads',
  'large bodies',
  'slow bodies',
  'idle connections',
] as const;
export type Kind = (typeof kinds)[number];

export interface Order {
  readonly port: number;
  readonly kind: Kind;
  /** The address of this machine from which the client connects. */
  readonly from: string;
  /** More than 1: each request names one of so many addresses, as a proxy in front of many clients does. */
  readonly senders: number;
  /** A well-sealed application of rubbish. */
  readonly rubbish: SubmitApplicationV1;
}

/** How often each status, or each error of a connection, came back. */
export type Counts = Readonly<Record<string, number>>;

const CONNECTIONS = 48;
const SLOW_CONNECTIONS = 400;
const IDLE_CONNECTIONS = 8_000;
const LARGE_BODY_BYTES = 50_000_000;
const CHUNK = Buffer.alloc(65_536, ' ');
const JSON_TYPE = { 'content-type': 'application/json' };

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

class Attacker {
  readonly counts: Record<string, number> = {};
  private readonly agent: Agent;
  private isStopped = false;

  constructor(private readonly order: Order) {
    this.agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, localAddress: order.from } as object);
  }

  async run(): Promise<void> {
    const { kind } = this.order;
    if (kind === 'idle connections') return this.hold(IDLE_CONNECTIONS, '');
    if (kind === 'slow bodies') return this.hold(SLOW_CONNECTIONS, slowHead);
    await Promise.all(Array.from({ length: CONNECTIONS }, () => this.repeat()));
  }

  stop(): void {
    this.isStopped = true;
  }

  private async repeat(): Promise<void> {
    while (!this.isStopped) {
      if (this.order.kind === 'large bodies') await this.sendLarge();
      else await this.send(callOf(this.order));
    }
  }

  private send({ method, path, headers, body }: Call): Promise<void> {
    return new Promise((resolve) => {
      const { port, senders, from: localAddress } = this.order;
      const named = senders === 1 ? {} : { 'x-forwarded-for': addressOf(Math.floor(Math.random() * senders)) };
      const options = { host: '127.0.0.1', port, method, path, agent: this.agent, localAddress };
      const asked = request({ ...options, headers: { ...headers, ...named } }, (answer) => {
        this.count(String(answer.statusCode));
        answer.resume().on('close', resolve);
      });
      asked.on('error', (error: NodeJS.ErrnoException) => {
        this.count(error.code ?? error.name);
        resolve();
      });
      asked.end(body);
    });
  }

  private sendLarge(): Promise<void> {
    return new Promise((resolve) => {
      const { port, from: localAddress } = this.order;
      const socket = connect({ host: '127.0.0.1', port, localAddress });
      let left = LARGE_BODY_BYTES;
      const write = (): void => {
        for (; left > 0 && !socket.destroyed; left -= CHUNK.length) if (!socket.write(CHUNK)) return;
      };
      socket.on('connect', () => {
        socket.write(`${headOf('/v1/applications')}content-length: ${LARGE_BODY_BYTES}\r\n\r\n`);
        write();
      });
      socket.on('drain', write);
      socket.on('data', (bytes: Buffer) => {
        this.count(bytes.toString('latin1', 9, 12));
        socket.destroy();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => this.count(error.code ?? error.name));
      socket.on('close', () => resolve());
    });
  }

  /** Keeps this many connections open, and sends one more byte of a request on each now and then. */
  private async hold(count: number, head: string): Promise<void> {
    const open = new Set<Socket>();
    while (!this.isStopped) {
      for (let each = 0; each < 200 && open.size < count; each += 1) open.add(this.open(head, open));
      if (head !== '') for (const socket of open) if (socket.writable) socket.write(' ');
      await sleep(50);
    }
    for (const socket of open) socket.destroy();
  }

  private open(head: string, open: Set<Socket>): Socket {
    const { port, from: localAddress } = this.order;
    const socket = connect({ host: '127.0.0.1', port, localAddress }, () => {
      this.count('connected');
      socket.write(head);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.count(error.code ?? error.name));
    socket.on('close', () => {
      this.count('closed');
      open.delete(socket);
    });
    socket.resume();
    return socket;
  }

  private count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

const headOf = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
const slowHead = `${headOf('/v1/applications')}content-length: 8000\r\n\r\n`;

/** The address of a sender; each 65,536th part of them is in a network of its own. */
function addressOf(sender: number): string {
  return `${11 + (sender >> 8)}.${sender & 255}.7.9`;
}

function callOf({ kind, rubbish }: Order): Call {
  const application = randomBytes(32).toString('base64url');
  const apply = (body: object, headers: Readonly<Record<string, string>> = {}): Call => ({
    method: 'POST',
    path: '/v1/applications',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body),
  });
  switch (kind) {
    case 'keys that are no keys':
      return apply({ ...rubbish, application, receiptKey: 'A'.repeat(43) });
    case 'well-sealed rubbish':
      return apply({ ...rubbish, application });
    case 'signatures of many members':
      return apply(rubbish, { 'signature-input': manyMembers, signature: 'sig1=:AAAA:' });
    case 'signatures of strangers':
      return apply({ ...rubbish, application }, strangers());
    case 'bodies with equal keys':
      return { ...apply({}), body: `{"application":"${application}","application":"${application}"}` };
    case 'reads of boxes':
      return { ...apply({ boxes: [application, application, application] }), path: '/v1/boxes/read' };
    case 'reads of the directory':
      return { method: 'GET', path: '/v1/directory', headers: {}, body: '' };
    case 'large heads':
      return { method: 'GET', path: '/v1/directory', headers: { 'x-long': 'x'.repeat(20_000) }, body: '' };
    case 'large bodies':
    case 'slow bodies':
    case 'idle connections':
      throw new TypeError('sent in another way');
  }
}

const manyMembers = Array.from({ length: 500 }, (_, at) => `s${at}=();keyid="k"`)
  .join(', ')
  .slice(0, 7_000);

/** A signature of the right form, by a key that nobody enrolled. */
function strangers(): Readonly<Record<string, string>> {
  const created = Math.floor(Date.now() / 1_000);
  const keyid = `kiosk-${randomBytes(6).toString('hex')}`;
  const covered = '("@method" "@path" "content-digest")';
  return {
    'content-digest': `sha-256=:${randomBytes(32).toString('base64')}:`,
    'signature-input': `sig1=${covered};created=${created};keyid="${keyid}";alg="ed25519"`,
    signature: `sig1=:${randomBytes(64).toString('base64')}:`,
  };
}

let attacker: Attacker | undefined;
process.on('message', (message: Order | 'stop') => {
  if (message !== 'stop') {
    attacker = new Attacker(message);
    void attacker.run();
    return;
  }
  attacker?.stop();
  process.send?.(attacker?.counts ?? {}, () => process.exit(0));
});
// The bench may be killed.
process.on('disconnect', () => process.exit(0));
