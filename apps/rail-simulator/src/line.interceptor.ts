import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { delay, map, mergeMap, NEVER, of, type Observable } from 'rxjs';
import type { Answer } from './domain/entry.js';
import type { Sent } from './domain/line.js';

/** Sends the answer over a connection that fails as the mode says. */
@Injectable()
export class LineInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(mergeMap((result) => (isSent(result) ? send(reply, result) : of(result))));
  }
}

function isSent(result: unknown): result is Sent {
  return typeof result === 'object' && result !== null && 'answer' in result && 'line' in result;
}

function send(reply: FastifyReply, { answer, line, delayMs }: Sent): Observable<unknown> {
  switch (line) {
    case 'whole':
      return answered(reply, answer);
    case 'late':
      return answered(reply, answer).pipe(delay(delayMs));
    case 'error':
      return answered(reply, { status: 500, body: { error: 'internal' } });
    case 'closed':
      return taken(reply, () => reply.raw.socket?.destroy());
    case 'silent':
      return taken(reply, () => undefined);
    case 'reset':
      return taken(reply, () => half(reply, answer, 'reset'));
    case 'truncated':
      return taken(reply, () => half(reply, answer, 'ended'));
  }
}

function answered(reply: FastifyReply, { status, body }: Answer): Observable<unknown> {
  return of(body).pipe(map((value) => (void reply.status(status), value)));
}

/** Takes the reply from the framework, which then neither sends nor ends anything; `act` uses the socket directly. */
function taken(reply: FastifyReply, act: () => void): Observable<never> {
  reply.hijack();
  act();
  return NEVER;
}

function half(reply: FastifyReply, { status, body }: Answer, then: 'reset' | 'ended'): void {
  const whole = Buffer.from(JSON.stringify(body));
  const part = whole.subarray(0, Math.ceil(whole.length / 2));
  const length = then === 'reset' ? whole.length : part.length;
  reply.raw.writeHead(status, { 'content-type': 'application/json', 'content-length': length });
  if (then === 'ended') {
    reply.raw.end(part);
    return;
  }
  reply.raw.write(part, () => reply.raw.socket?.resetAndDestroy());
}
