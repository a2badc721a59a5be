import { describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';

import { Field, NestedListField } from '#libs/contracts';

import { Public, ReadsOnly, SignedBy } from '../src/auth/access.js';
import { controllerRoutes } from '../src/auth/controller-routes.js';
import { AnswerInterceptor } from '../src/openapi/answer.interceptor.js';
import { Answers } from '../src/openapi/answers.js';
import { describeService } from '../src/openapi/describe.js';
import { doorsOfEachTest, written } from './doors.js';

const doors = doorsOfEachTest();
const providers = [{ provide: APP_INTERCEPTOR, useClass: AnswerInterceptor }];

class Item {
  @Field({ data: 'operational', purpose: 'how many' })
  count!: number;

  @Field({ data: 'operational', purpose: 'why' }, { nullable: true })
  code!: string | null;
}

class Items {
  @NestedListField({ data: 'operational', purpose: 'what there is' }, () => Item, 10)
  items!: readonly Item[];
}

@Controller('told')
class ToldController {
  static next: unknown;

  @Get('items')
  @Public()
  @Answers(Items, 'Lists what there is.')
  items(): unknown {
    return ToldController.next;
  }

  @Post('items/:id')
  @HttpCode(202)
  @SignedBy('releaser', 'operator')
  @ReadsOnly()
  @Answers({ mediaType: 'text/plain', schema: { type: 'string' } }, 'Takes one.')
  take(): string {
    return 'taken';
  }
}

@Controller('untold')
class UntoldController {
  @Get()
  @Public()
  read(): string {
    return 'whatever';
  }
}

async function answered(next: unknown): Promise<{ readonly status: number; readonly text: string }> {
  ToldController.next = next;
  const { statusCode, body } = await doors.now.app.inject({ method: 'GET', url: '/told/items' });
  return { status: statusCode, text: body };
}

describe('an answer', () => {
  it('is sent as it is when it has the declared fields', async () => {
    await doors.start([ToldController], { devices: providers });
    const items = [
      { count: 1, code: null },
      { count: 2, code: 'late' },
    ];
    expect(await answered({ items })).toEqual({ status: 200, text: JSON.stringify({ items }) });
  });

  it.each([
    ['with a field that is not declared', { items: [], household: 'SECRET' }],
    ['with one that is not declared, deeper', { items: [{ count: 1, code: null, household: 'SECRET' }] }],
    ['without a declared field', { items: [{ count: 1 }] }],
    ['with nothing where something is declared', { items: null }],
    ['that is no object', 'SECRET'],
  ])('is not sent %s', async (_name, next) => {
    await doors.start([ToldController], { devices: providers });
    written.length = 0;
    const { status, text } = await answered(next);
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ code: 'unavailable' });
    expect(text).not.toContain('SECRET');
    expect(JSON.stringify(written)).toContain('undeclared-answer');
    expect(JSON.stringify(written)).not.toContain('SECRET');
  });
});

describe('the description of a service', () => {
  it('names each route with its callers, its path parameters and its answer', () => {
    const { paths, components } = describeService('payments', controllerRoutes([ToldController])) as {
      paths: unknown;
      components: { schemas: Record<string, unknown> };
    };
    expect(paths).toEqual({
      '/told/items': {
        get: {
          summary: 'Lists what there is.',
          'x-listener': 'first',
          security: [],
          responses: {
            200: {
              description: 'Done as asked.',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Items' } } },
            },
            default: { $ref: '#/components/responses/Problem' },
          },
        },
      },
      '/told/items/{id}': {
        post: {
          summary: 'Takes one.',
          'x-listener': 'first',
          security: [{ staff: ['releaser'] }, { staff: ['operator'] }],
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: {
            202: { description: 'Done as asked.', content: { 'text/plain': { schema: { type: 'string' } } } },
            default: { $ref: '#/components/responses/Problem' },
          },
        },
      },
    });
    expect(components.schemas['Item']).toMatchObject({
      additionalProperties: false,
      required: ['count', 'code'],
      properties: { code: { anyOf: [{}, { type: 'null' }] } },
    });
  });

  it('cannot be made of a route that does not say what it answers', () => {
    expect(() => describeService('payments', controllerRoutes([UntoldController]))).toThrow('GET /untold');
  });
});
