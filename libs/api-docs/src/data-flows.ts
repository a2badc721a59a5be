import {
  describeContracts,
  describeFields,
  services,
  type ContractDescription,
  type FieldDescription,
  type Service,
} from '#libs/contracts';
import { doorAnswers, doorBodies, staffAnswers } from './widening.js';

const DECIDED = 'the reviewer has decided';

const HEAD = `# Data flows

This page is generated from \`libs/contracts\` by \`npm run docs:write\`; a test fails when it is not fresh. It lists
every field that one party says to another, why the recipient needs it, and until when the recipient can read it. A
field that is not on this page is refused, at every depth.

Classes of data:

- **pseudonym**: a random value or a keyed hash.
- **sealed**: bytes that only another party can open.
- **household-fact**: what the household tells about itself.
- **contact**: how the household can be reached.
- **payout**: how and how much the household is paid.
- **operational**: about the work, not about a person.
- **key**: a public key or a signature.

A field that is one of the profile's lists has no other value: the device and the recipient both check it, and nothing
is kept of another.
`;

/** \`docs/data-flows.md\`: which service sees which field, why, and until when. */
export function dataFlowsPage(): string {
  const contracts = describeContracts();
  const doors = doorBodies.map(
    (type) =>
      `## ${type.name}, body of a request to intake\n\n${fieldTable(describeFields(type, 'the request is answered'))}`,
  );
  const answers = doorAnswers.map(
    (type) => `## ${type.name}, answer of intake\n\n${fieldTable(describeFields(type, 'the device is done with it'))}`,
  );
  const shown = staffAnswers.map(
    (type) => `## ${type.name}, shown by eligibility to a reviewer\n\n${fieldTable(describeFields(type, DECIDED))}`,
  );
  return [HEAD, whoSeesWhat(contracts), ...doors, ...answers, ...shown, ...contracts.map(sectionOf)].join('\n');
}

/** The classes of data that each service can read, with their fields. A class without a field is not listed. */
function whoSeesWhat(contracts: readonly ContractDescription[]): string {
  const classes = services.map((service) => {
    const byClass = Map.groupBy(fieldsReadBy(service, contracts), ({ data }) => data);
    const lines = [...byClass]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([data, fields]) => `- ${data}: ${[...new Set(fields.map(({ name }) => code(name)))].toSorted().join(', ')}`,
      );
    return `### ${service}\n\n${lines.join('\n')}\n`;
  });
  return `## What each service can read\n\n${classes.join('\n')}`;
}

function fieldsReadBy(service: Service, contracts: readonly ContractDescription[]): readonly FieldDescription[] {
  return contracts.filter(({ consumer }) => consumer === service).flatMap(({ fields }) => fields.flatMap(leavesOf));
}

function leavesOf(field: FieldDescription): readonly FieldDescription[] {
  if (field.fields === undefined) return [field];
  return field.fields.flatMap(leavesOf).map((leaf) => ({ ...leaf, name: `${field.name}.${leaf.name}` }));
}

function sectionOf({ name, version, producer, consumer, purpose, sizeBytes, fields }: ContractDescription): string {
  return [
    `## ${name}, version ${version}`,
    `From **${producer}** to **${consumer}**, to ${purpose}. Each message has ${sizeBytes} bytes before it is sealed.`,
    fieldTable(fields),
  ].join('\n\n');
}

function fieldTable(fields: readonly FieldDescription[]): string {
  const rows = fields.flatMap(leavesOf).map(({ name, optional, data, purpose, until, list }) => {
    const why = list === undefined ? purpose : `${purpose}; one of the profile's ${code(list)}`;
    return [`${code(name)}${optional ? ' (optional)' : ''}`, data, why, until];
  });
  return table(['field', 'class', 'why', 'until'], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A table as Prettier writes it, so that formatting does not change the page. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ''].join('\n');
}
