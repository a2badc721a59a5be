import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';

import { catalogue } from '#libs/contracts';

import { declareTopics } from '../local/kafka-topics.js';
import { placeAt } from '../local/place.js';
import { runningSystem } from '../local/running.js';
import { cityCommand } from './command.js';
import { OperateProblem } from './problem.js';
import type { CityOptions } from './reach.js';

export function addTopics(program: Command): void {
  const topics = program
    .command('topics')
    .description('topics and access rules of the broker, made from the contracts');
  cityCommand(topics, 'declare', 'makes what is missing, and takes away every right that no contract gives')
    .option('--partitions <number>', 'of a topic that is made', '4')
    .addHelpText(
      'after',
      '\nOf a broker of your own, set KAFKA_BROKERS, KAFKA_ADMIN_USERNAME and KAFKA_ADMIN_PASSWORD; otherwise it is the\n' +
        'broker of --root. After the broker has lost its log, amparo republish follows.',
    )
    .action(async (options: CityOptions & { readonly partitions: string }) => {
      const partitions = Number(options.partitions);
      if (!Number.isInteger(partitions) || partitions < 1) throw new OperateProblem('bad-option', '--partitions');
      const { brokers, username, password } = givenAccess() ?? localAccess(resolve(options.root));
      await declareTopics(brokers, { username, password }, { partitions });
      console.log(`${catalogue.length} topics and their rules are as the contracts say.`);
    });
}

interface Access {
  readonly brokers: string;
  readonly username: string;
  readonly password: string;
}

function givenAccess(): Access | undefined {
  const { KAFKA_BROKERS: brokers, KAFKA_ADMIN_USERNAME: username, KAFKA_ADMIN_PASSWORD: password } = process.env;
  if (brokers === undefined) return undefined;
  if (username === undefined || password === undefined) throw new OperateProblem('bad-option', 'KAFKA_ADMIN_USERNAME');
  return { brokers, username, password };
}

function localAccess(root: string): Access {
  const place = placeAt(root);
  const brokers = runningSystem(place.running)?.brokers;
  if (brokers === undefined) throw new OperateProblem('not-running', root);
  const { kafka } = JSON.parse(readFileSync(place.secrets, 'utf8')) as { kafka: Record<string, string> };
  return { brokers, username: 'admin', password: kafka['admin'] ?? '' };
}
