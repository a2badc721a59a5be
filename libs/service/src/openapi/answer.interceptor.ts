import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { assertDeclared, ContractError } from '#libs/contracts';
import { map, type Observable } from 'rxjs';
import { answerOf } from './answers.js';

/** A route has answered with something that it does not declare. */
export class UndeclaredAnswerError extends Error {
  override readonly name = 'UndeclaredAnswerError';
  readonly code = 'undeclared-answer';

  constructor() {
    super('an answer does not fit what its route declares');
  }
}

/** Compares each answer of a route with the fields that the route declares, before anything of it is sent. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  /** @throws UndeclaredAnswerError */
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const form = answerOf(context.getHandler())?.form;
    if (context.getType() !== 'http' || typeof form !== 'function') return next.handle();
    return next.handle().pipe(
      map((answer) => {
        refuseUndeclared(form, answer);
        return answer;
      }),
    );
  }
}

function refuseUndeclared(form: new () => object, answer: unknown): void {
  try {
    assertDeclared(form, answer);
  } catch (error) {
    if (error instanceof ContractError) throw new UndeclaredAnswerError();
    throw error;
  }
}
