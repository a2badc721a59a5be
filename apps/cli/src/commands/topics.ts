import { readFileSync } from 'node:fs';

import type { Command } from 'commander';

import { BusError, prepareTopics } from '#libs/bus';
import { aclsFor, catalogue, services, topicConfigs } from '#libs/contracts';

import { cityCommand } from '../city-command.js';
import { cliConfig } from '../config.js';
import { readCityFile, type BrokerAccess, type CityOptions } from '../city-file.js';
import { absolute } from '../city.js';
import { OperateProblem } from '../problem.js';

export function addTopics(program: Command): void {
  const topics = program
    .command('topics')
    .description('topics and access rules of the broker, made from the contracts');
  cityCommand(topics, 'declare', 'creates missing topics and rules, and removes every right that no contract gives')
    .option('--partitions <number>', 'partitions of a new topic', '4')
    .addHelpText(
      'after',
      '\nFor your own broker, set KAFKA_BROKERS, KAFKA_ADMIN_USERNAME and KAFKA_ADMIN_PASSWORD; the default is the\n' +
        'broker of --root. If the broker lost its log, run amparo republish afterwards.',
    )
    .action(async (options: CityOptions & { readonly partitions: string }) => {
      const partitions = Number(options.partitions);
      if (!Number.isInteger(partitions) || partitions < 1) throw new OperateProblem('bad-option', '--partitions');
      await declareTopics(givenAccess() ?? localAccess(options), partitions);
      console.log(`${catalogue.length} topics and their rules match the contracts.`);
    });
}

/**
 * Creates topics and rules, and removes every right of a service that no contract gives.
 * @throws OperateProblem `topics-failed`
 */
async function declareTopics({ brokers, ca, ...admin }: BrokerAccess, partitions: number): Promise<void> {
  const secure = ca === undefined ? {} : { ca: authorityIn(ca) };
  const connection = { brokers: brokers.split(','), ...admin, ...secure };
  const rules = services.flatMap((service) => aclsFor(service));
  try {
    await prepareTopics(connection, topicConfigs({ partitions }), rules, { isExact: true });
  } catch (error) {
    const { type, name } = error as { readonly type?: string; readonly name: string };
    throw new OperateProblem('topics-failed', error instanceof BusError ? error.code : (type ?? name));
  }
}

/** @throws OperateProblem `bad-option` */
function authorityIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new OperateProblem('bad-option', 'KAFKA_CA names a file that cannot be read');
  }
}

function givenAccess(): BrokerAccess | undefined {
  const { brokers, adminUsername: username, adminPassword: password, kafkaCa: ca } = cliConfig();
  if (brokers === undefined) return undefined;
  if (username === undefined || password === undefined) {
    const hint = 'KAFKA_BROKERS needs KAFKA_ADMIN_USERNAME and KAFKA_ADMIN_PASSWORD';
    throw new OperateProblem('bad-option', hint);
  }
  return { brokers, username, password, ca };
}

function localAccess(options: CityOptions): BrokerAccess {
  const { broker } = readCityFile(absolute(options));
  if (broker === undefined) throw new OperateProblem('bad-option', 'the city file has no broker: set KAFKA_BROKERS');
  return broker;
}
