import { HttpStatus, RequestMethod } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import { openApiDocument, type OpenApiDocument, type RouteDescription } from '#libs/api-docs';
import type { Service } from '#libs/contracts';
import { accessOf, type Access } from '../auth/access.js';
import { bodyOf } from '../auth/caller.js';
import type { ControllerRoute } from '../auth/controller-routes.js';
import { isInternalController } from '../http/internal-controller.js';
import { problems } from '../problem/problem.js';
import { answerOf } from './answers.js';

const metadata = new Reflector();

/** OpenAPI of one service, of both its listeners. @throws TypeError for a route that does not say what it answers */
export function describeService(service: Service, routes: readonly ControllerRoute[]): OpenApiDocument {
  return openApiDocument({ service, problems, routes: routes.map(describeRoute) });
}

function describeRoute({ controller, handler, method, url }: ControllerRoute): RouteDescription {
  const answer = answerOf(handler);
  const access = accessOf(handler);
  if (answer === undefined || access === undefined)
    throw new TypeError(`${method} ${url} does not say what it answers`);
  return {
    method: method.toLowerCase(),
    path: url,
    summary: answer.summary,
    listener: isInternalController(controller) ? 'internal' : 'first',
    callers: callersOf(access),
    body: bodyOf(handler),
    status: statusOf(handler),
    answer: answer.form,
  };
}

function callersOf(access: Access): RouteDescription['callers'] {
  switch (access.type) {
    case 'public':
      return [];
    case 'device':
      return [{ signedBy: 'device' }, ...(access.orUnsigned ? [{ signedBy: 'nobody' } as const] : [])];
    case 'staff':
      return access.roles.map((role) => ({ signedBy: 'staff', role }));
  }
}

function statusOf(handler: object): number {
  const declared = metadata.get<number | undefined>(HTTP_CODE_METADATA, handler as () => void);
  if (declared !== undefined) return declared;
  const isPost = metadata.get<RequestMethod>(METHOD_METADATA, handler as () => void) === RequestMethod.POST;
  return isPost ? HttpStatus.CREATED : HttpStatus.OK;
}
