import { Header } from '@nestjs/common';

/** A class whose declared fields are all that the answer may hold, or the form of an answer that no class describes. */
export type AnswerForm =
  (new () => object) | { readonly mediaType: string; readonly schema: Readonly<Record<string, unknown>> };

export interface DeclaredAnswer {
  /** One sentence for the reader of the API's description. */
  readonly summary: string;
  readonly form: AnswerForm;
}

const answers = new WeakMap<object, DeclaredAnswer>();

/**
 * Declares what a route answers when it has done what was asked. An answer that holds a field which `form` does not
 * declare is never sent: the caller gets the problem `unavailable`, and the log gets `undeclared-answer`.
 */
export function Answers(form: AnswerForm, summary: string): MethodDecorator {
  return (target, name, descriptor) => {
    answers.set(descriptor.value as object, { form, summary });
    if (typeof form !== 'function') Header('content-type', form.mediaType)(target, name, descriptor);
  };
}

export function answerOf(route: object): DeclaredAnswer | undefined {
  return answers.get(route);
}
