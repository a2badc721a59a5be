import { afterEach, expect, it, jest } from '@jest/globals';

import { kafkaClient } from './kafka-client.js';

afterEach(() => {
  delete process.env['KAFKAJS_LOG_LEVEL'];
  jest.restoreAllMocks();
});

it.each([undefined, 'debug', 'error'])('the client writes nothing of its own, also at the level %s', (level) => {
  if (level !== undefined) process.env['KAFKAJS_LOG_LEVEL'] = level;
  const printed = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const logger = kafkaClient({ brokers: ['127.0.0.1:1'], username: 'a', password: 'b' }, 'test').logger();
  for (const write of ['error', 'warn', 'info', 'debug'] as const) logger[write]('what a broker says');
  expect(printed.mock.calls).toEqual([]);
});
