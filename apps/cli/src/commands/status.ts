import type { Command } from 'commander';

import { cityCommand } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City, type Health, type Instance } from '../city.js';
import { newsOf, remarksOn, workIn } from '../remarks.js';
import { table } from '../table.js';

/** The exit code if an operator is needed, so that a monitor can use the command. */
const NEEDS_ATTENTION = 2;

interface Seen {
  readonly instance: Instance;
  readonly health: Health | undefined;
  readonly remarks: readonly string[];
}

export function addStatus(program: Command): void {
  cityCommand(program, 'status', 'shows the state of every process, waiting work, and problems that need an operator')
    .option('--json', 'prints JSON, for programs', false)
    .addHelpText(
      'after',
      '\nThe exit code is 0 if no operator is needed and 2 if one is. Work that waits for reviewers and releasers' +
        '\nis listed, but it is their daily work and does not change the exit code.',
    )
    .action(async (options: CityOptions & { readonly json: boolean }) => {
      const city = City.open(options);
      const seen = await Promise.all(city.of([]).map((instance) => look(city, instance)));
      console.log(options.json ? JSON.stringify(seen.map(asJson), undefined, 2) : asText(seen));
      if (seen.some(({ remarks }) => remarks.length > 0)) process.exitCode = NEEDS_ATTENTION;
    });
}

async function look(city: City, instance: Instance): Promise<Seen> {
  const { health, why } = await city.look(instance);
  return { instance, health, remarks: remarksOn(instance, health, why) };
}

function asJson({ instance, health, remarks }: Seen): object {
  return { name: instance.name, url: instance.internalUrl, ready: health?.ready ?? false, ...health?.checks, remarks };
}

/** Lists the work of each service once, because all of its processes count the same work. */
function workOf(seen: readonly Seen[]): readonly string[] {
  return [...Map.groupBy(seen, ({ instance }) => instance.service)].flatMap(([service, each]) =>
    workIn(each.find(({ health }) => health !== undefined)?.health).map((work) => `${service}: ${work}`),
  );
}

function asText(seen: readonly Seen[]): string {
  const rows = seen.map(({ instance, health }) => {
    const { consumer, lag, backlog, parked, relay, turn } = health?.checks ?? {};
    const ready = health === undefined ? 'no answer' : health.ready ? 'yes' : 'no';
    return [instance.name, ready, consumer, lag, backlog, parked, relay === true ? 'here' : '', turn].map((cell) =>
      String(cell ?? ''),
    );
  });
  const head = ['', 'ready', 'reading', 'unread', 'unsent', 'parked', 'relay', 'last turn'];
  const remarks = seen.flatMap((each) => each.remarks.map((remark) => `${each.instance.name}: ${remark}`));
  const news = seen.flatMap(({ instance, health }) => newsOf(health).map((each) => `${instance.name}: ${each}`));
  return [
    ...table([head, ...rows]),
    '',
    ...news,
    ...workOf(seen),
    ...(remarks.length === 0 ? ['Nothing needs an operator.'] : remarks),
  ].join('\n');
}
