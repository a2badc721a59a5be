import { readFileSync } from 'node:fs';

import type { Command } from 'commander';

import { acknowledgementsFor, BusError, declareTopics, type PreparedTopics } from '#libs/bus';
import { isOnThisMachine } from '#libs/service';

import { cityCommand } from '../city-command.js';
import { cliConfig } from '../config.js';
import { readCityFile, type BrokerAccess, type CityOptions } from '../city-file.js';
import { absolute } from '../city.js';
import { OperateProblem } from '../problem.js';

const NEW_PARTITIONS = 4;

interface TopicsOptions extends CityOptions {
  readonly partitions?: string;
  readonly copies?: string;
}

export function addTopics(program: Command): void {
  const topics = program
    .command('topics')
    .description('topics and access rules of the broker, made from the contracts');
  cityCommand(topics, 'declare', 'creates missing topics and rules, and removes every right that no contract gives')
    .option(
      '--partitions <number>',
      `gives each topic so many partitions at least; without it, a new one gets ${NEW_PARTITIONS}`,
    )
    .option('--copies <number>', 'lets so many brokers hold each topic at least; without it, what the broker is set to')
    .addHelpText(
      'after',
      '\nPartitions bound the instances of a service that share its messages. Settings of a topic that no contract' +
        '\ndeclares stay as they are. Partitions and copies are only added.' +
        '\n\nFor your own broker, set KAFKA_BROKERS, KAFKA_ADMIN_USERNAME, KAFKA_ADMIN_PASSWORD and, off this' +
        '\nmachine, KAFKA_CA; the default is the broker of --root. If the broker lost its log, run amparo republish' +
        '\nafterwards.',
    )
    .action(async (options: TopicsOptions) => {
      const [partitions, copies] = [countIn(options, 'partitions'), countIn(options, 'copies')];
      const declared = await declare(givenAccess() ?? localAccess(options), {
        partitions: partitions ?? NEW_PARTITIONS,
        isGrown: partitions !== undefined,
        copies,
      });
      console.log(textOf(declared).join('\n'));
    });
}

/** @throws OperateProblem `bad-option` */
function countIn(options: TopicsOptions, name: 'partitions' | 'copies'): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new OperateProblem('bad-option', `--${name}`);
  return Number(text);
}

/** @throws OperateProblem `topics-failed`; `bad-option` for a log-in in plain text over a network */
async function declare(
  { brokers, ca, ...admin }: BrokerAccess,
  options: Parameters<typeof declareTopics>[1],
): Promise<PreparedTopics> {
  const list = brokers.split(',');
  if (ca === undefined && !list.every((broker) => isOnThisMachine(broker))) {
    throw new OperateProblem('bad-option', 'a broker on another machine needs KAFKA_CA, or "ca" in the city file');
  }
  const secure = ca === undefined ? {} : { ca: authorityIn(ca) };
  try {
    return await declareTopics({ brokers: list, ...admin, ...secure }, options);
  } catch (error) {
    const { type, name } = error as { readonly type?: string; readonly name: string };
    throw new OperateProblem('topics-failed', error instanceof BusError ? error.message : (type ?? name));
  }
}

function textOf({ created, changed, copies }: PreparedTopics): readonly string[] {
  const fewest = Math.min(...copies.map((each) => each.copies));
  const behind = copies.filter(({ copies: all, inSync }) => inSync < all).length;
  return [
    `${copies.length} topics and their rules match the contracts: ${created.length} new, ${changed.length} changed.`,
    fewest === 1
      ? 'One broker holds each topic. If it is lost, the services send again what they still have.'
      : `At least ${fewest} brokers hold each topic, and ${acknowledgementsFor(fewest)} confirm each message.`,
    ...(behind === 0 ? [] : [`${behind} topics have copies that are away or behind.`]),
  ];
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
