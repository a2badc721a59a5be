import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';

import { deriveHousehold, parseReceipt, type Household } from '#libs/household';
import { openHeld, type HeldRecord, type HoldSummary } from '#libs/records';
import { SealingError } from '#libs/sealing';

import { formOf } from '../arguments.js';
import { cityCommand, signedCommand, type SignedOptions } from '../city-command.js';
import { OperateProblem, Refusal } from '../problem.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';
import { codeWordsOf, heldText, plainBody, type CodeWords } from '../held-text.js';
import { table } from '../table.js';

const PRIVATE_KEY = 'custodian.pem';
const PUBLIC_KEY = 'custodian-public.pem';
const ASKED = 'Asked. Another custodian must confirm: the same command with --as NAME, within seven days.';

/** Keeps the records that a court has named, for their custodian alone, until the hold is lifted. */
export function addLegalHold(program: Command): void {
  const hold = program
    .command('legal-hold')
    .description('records that a court has named, kept for the custodian alone');
  addCustodian(hold);
  signedCommand(hold, 'place', 'from now on, keeps the records when they end or are overwritten')
    .argument('<service>', 'the service')
    .argument('<kind>', 'the kind of the records')
    .argument('<names...>', 'the names of the records, as `legal-hold names` prints them', namesSoFar)
    .action(async (service: string, kind: string, values: readonly string[], options: SignedOptions) => {
      console.log(await placed(options, service, { kind, values }));
    });
  cityCommand(hold, 'list', 'lists the holds and how many records each keeps; never their content')
    .argument('[services...]', 'the services; all by default')
    .option('--as <name>', 'name of the key that signs, if there are several')
    .action(async (names: readonly string[], options: CityOptions & { readonly as?: string }) => {
      const rows = await listed(City.open(options), names, options.as);
      const head = ['service', 'hold', 'kind', 'named', 'kept'];
      console.log(rows.length === 0 ? 'There are no holds.' : table([head, ...rows]).join('\n'));
    });
  signedCommand(hold, 'lift', 'ends a hold and deletes what was kept under it')
    .argument('<service>', 'the service')
    .argument('<hold>', 'the id of the hold', formOf('hold'))
    .action(async (service: string, id: string, options: SignedOptions) => {
      const wish = { what: 'lift', content: { hold: id } };
      const { outcome, lifted } = await ask<{ lifted: boolean }>(options, service, wish);
      if (outcome === 'asked') return console.log(ASKED);
      console.log(lifted ? 'Lifted.' : 'There is no hold with this id.');
    });
  signedCommand(hold, 'export', 'writes the kept records, sealed to the custodian, into a file')
    .argument('<service>', 'the service')
    .argument('<hold>', 'the id of the hold', formOf('hold'))
    .argument('<file>', 'a new file')
    .action(async (service: string, id: string, file: string, options: SignedOptions) => {
      const content = { hold: id };
      const { outcome, sealed } = await ask<{ sealed: readonly string[] }>(options, service, {
        what: 'export',
        content,
      });
      if (outcome === 'asked') return console.log(ASKED);
      writeNew(file, `${JSON.stringify(sealed, undefined, 1)}\n`, 0o600);
      console.log(`${sealed.length} records, sealed`);
    });
}

function namesSoFar(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, formOf('name')(text)];
}

/** @returns the id of the hold. @throws OperateProblem that explains the service's refusal */
async function placed(options: SignedOptions, service: string, content: object): Promise<string> {
  try {
    const { outcome, hold } = await ask<{ hold: string }>(options, service, { what: 'place', content });
    return outcome === 'asked' ? ASKED : hold;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.answer === 'not-found') {
      throw new OperateProblem(
        'refused',
        `${service} keeps no records of this kind that can be under a hold; see legal-hold names`,
      );
    }
    if (error.answer === 'not-now') {
      const why = `${service} has no custodian (its CUSTODIAN_KEY, see legal-hold key)`;
      throw new OperateProblem('refused', `${why}, or there are more names than one hold can have`);
    }
    throw error;
  }
}

/** The commands that a custodian runs on their own machine. */
function addCustodian(hold: Command): void {
  hold
    .command('key')
    .description(
      `makes the custodian's key: ${PRIVATE_KEY} stays with the custodian, ${PUBLIC_KEY} goes to the services`,
    )
    .argument('<folder>', 'created if it does not exist')
    .addHelpText('after', `\nServices find it by CUSTODIAN_KEY; a local system reads ${PUBLIC_KEY} from its folder.`)
    .action((folder: string) => {
      // Even one half alone belongs to a key that may be in use.
      if ([PRIVATE_KEY, PUBLIC_KEY].some((name) => existsSync(join(folder, name))))
        throw new OperateProblem('refused', 'the folder already has a key');
      const { privateKey, publicKey } = generateKeyPairSync('x25519');
      const [secret, open] = [
        privateKey.export({ type: 'pkcs8', format: 'pem' }),
        publicKey.export({ type: 'spki', format: 'pem' }),
      ];
      makeFolder(folder);
      writeNew(join(folder, PRIVATE_KEY), secret, 0o600);
      writeNew(join(folder, PUBLIC_KEY), open, 0o644);
      console.log(`made ${join(folder, PRIVATE_KEY)} and ${PUBLIC_KEY}`);
    });
  hold
    .command('names')
    .description('prints the names of a household’s records; asks for its receipt and does not keep it')
    .action(async () => {
      // Not an argument: other users of the machine can see arguments, and the shell keeps them.
      const receipt = parseReceipt(await answerTo('receipt: '));
      if (!receipt.ok) throw new OperateProblem('bad-option', 'not a valid receipt');
      console.log(table(namesOf(await deriveHousehold(receipt.receipt))).join('\n'));
    });
  hold
    .command('open')
    .description('opens an export on the custodian’s own machine')
    .argument('<file>', 'as `export` wrote it')
    .argument('<key>', PRIVATE_KEY)
    .option('--profile <file>', 'the profile of the city, for the words of its codes')
    .option('--json', 'prints JSON, for programs', false)
    .action((file: string, key: string, { profile, json }: { readonly profile?: string; readonly json: boolean }) => {
      const opened = openedFrom(file, key);
      if (!json) return console.log(opened.flatMap((record) => [...heldText(record, wordsIn(profile)), '']).join('\n'));
      const asJson = opened.map(({ kind, value, body }) => ({ kind, name: nameOf(value), body: plainBody(body) }));
      console.log(JSON.stringify(asJson, undefined, 2));
    });
}

/** @returns the line that a person enters; empty if the input ends without one */
async function answerTo(question: string): Promise<string> {
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => asked.once('close', () => resolve('')));
  const answer = await Promise.race([asked.question(question), ended]);
  asked.close();
  return answer;
}

/** Makes a folder that only its owner can read. @throws OperateProblem `refused` */
function makeFolder(folder: string): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  } catch {
    throw new OperateProblem('refused', `${folder} cannot be created`);
  }
}

/** @throws OperateProblem `refused` if the file exists or its folder does not */
function writeNew(file: string, text: string | Buffer, mode: number): void {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch {
    throw new OperateProblem('refused', `${file} already exists or cannot be written`);
  }
}

function namesOf({ at }: Household): readonly (readonly string[])[] {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  return [
    ['service', 'kind', 'name'],
    ['eligibility', 'case', text(at.eligibility.householdRef)],
    ['payments', 'household', text(at.payments.householdRef)],
    ['notification', 'contact', text(at.notification.householdRef)],
    ['intake', 'box', text(at.intake.boxId)],
    ['intake', 'box', text(at.eligibility.boxId)],
    ['intake', 'box', text(at.payments.boxId)],
  ];
}

function nameOf(value: Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

function wordsIn(profile: string | undefined): CodeWords {
  if (profile === undefined) return new Map();
  try {
    return codeWordsOf(JSON.parse(readFileSync(profile, 'utf8')));
  } catch {
    throw new OperateProblem('bad-option', 'the profile cannot be read');
  }
}

function openedFrom(file: string, key: string): readonly HeldRecord[] {
  try {
    const privateKey = createPrivateKey(readFileSync(key));
    const sealed = JSON.parse(readFileSync(file, 'utf8')) as string[];
    return sealed.map((each) => openHeld(privateKey, Buffer.from(each, 'base64url')));
  } catch (error) {
    if (error instanceof SealingError) throw new OperateProblem('refused', 'the file is sealed to another key');
    throw new OperateProblem('bad-option', 'the file or the key cannot be read');
  }
}

async function listed(city: City, names: readonly string[], as: string | undefined): Promise<string[][]> {
  const rows: string[][] = [];
  for (const instance of city.oneOf(names)) {
    const { holds } = await city.ask<{ holds: readonly HoldSummary[] }>(instance, {
      ...wishTo('list'),
      as: as ?? city.keyFor(instance.service, 'custodian'),
    });
    for (const { id, kinds } of holds) {
      for (const { kind, named, kept } of kinds) rows.push([instance.name, id, kind, String(named), String(kept)]);
    }
  }
  return rows;
}

async function ask<T>(
  options: SignedOptions,
  service: string,
  { what, content }: { readonly what: string; readonly content: object },
): Promise<T & { readonly outcome: 'asked' | 'done' }> {
  const city = City.open(options);
  return city.ask(city.one(service), { ...wishTo(what, content), as: options.as });
}

function wishTo(what: string, content: object = {}): { path: string; content: object; role: 'custodian' } {
  return { path: `/v1/legal-holds/${what}`, content, role: 'custodian' };
}
