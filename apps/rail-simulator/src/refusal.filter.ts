import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Answers with a status and a code, because an error's own text may repeat input. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { statusCode } = (error ?? {}) as { statusCode?: unknown };
    const status = error instanceof HttpException ? error.getStatus() : statusCode;
    const known = typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
    void reply.status(known).send({ error: known === 500 ? 'internal' : 'refused' });
  }
}
