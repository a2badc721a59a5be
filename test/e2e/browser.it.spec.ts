import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import type { BoxesV1, SubmitApplicationV1 } from '#libs/contracts';
import { boxesOf, deriveHousehold, newReceipt, openCodes, type Answers, type Messages } from '#libs/household';

import { bundleForBrowser, launchBrowser, servePage, type Bundle, type ServedPage } from '../support/browser.js';
import { Applied, someAnswers, TestCity } from '../support/city.js';

let city: TestCity;
let bundle: Bundle;
let served: ServedPage;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [city, bundle] = await Promise.all([TestCity.start('demo'), bundleForBrowser('test/e2e/household-page.ts')]);
  served = await servePage(bundle.code);
  browser = await launchBrowser();
  page = await browser.newPage();
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => complaints.push(line.text()));
  await page.goto(served.origin);
  await page.waitForFunction(() => 'household' in window);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  await city?.stop();
});

/** Prepares an application in the page, from answers and setting, and returns what the page would send. */
function prepareInPage(receipt: string, answers: Answers): Promise<SubmitApplicationV1> {
  return page.evaluate(({ given, content, setting }) => window.household.prepareApplication(given, content, setting), {
    given: receipt,
    content: answers,
    setting: city.setting,
  });
}

interface Read {
  readonly messages: Messages;
  readonly status: string;
  readonly codes: readonly (readonly [string, string, string])[];
}

/** Opens answers in the page, with the keys that it derives again from the receipt. */
function readInPage(receipt: string, answers: readonly string[]): Promise<Read> {
  return page.evaluate(
    async ({ given, sealed, today }) => {
      const { deriveHousehold: derive, openBoxes, openCodes: open, statusOf } = window.household;
      const household = await derive(given);
      const messages = await openBoxes(household, sealed);
      const codes = await open(household, messages);
      return {
        messages,
        status: statusOf(messages, today),
        codes: codes.map(({ way, amountCents, code }) => [way, amountCents.toString(), code] as const),
      };
    },
    { given: receipt, sealed: answers, today: city.setting.day },
  );
}

async function submit(body: SubmitApplicationV1): Promise<number> {
  const answer = await fetch(`${city.stack.urls.intake}/v1/applications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.status;
}

async function answersFor(receipt: string): Promise<readonly string[]> {
  const answer = await fetch(`${city.stack.urls.intake}/v1/boxes/read`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(boxesOf(await deriveHousehold(receipt))),
  });
  return ((await answer.json()) as BoxesV1).answers;
}

describe("a household's part in a browser", () => {
  it('is the whole of it, with the contracts, and nothing of a server', () => {
    const own = bundle.files.filter((file) => file.startsWith('libs/'));
    expect(own).toEqual(expect.arrayContaining(['libs/household/src/application.ts', 'libs/contracts/src/index.ts']));
    expect(own.filter((file) => /\/server\/|^libs\/(?:bus|records|service)\//.test(file))).toEqual([]);
    expect(own).not.toContain('libs/sealing/src/index.ts');
    expect(bundle.code).not.toMatch(/["']node:/);
  });

  it('makes an application that is decided and paid; Node and the page read the same outcome', async () => {
    const receipt = await page.evaluate(() => window.household.newReceipt());
    const body = await prepareInPage(receipt, someAnswers());
    expect(await submit(body)).toBe(202);
    const applied = new Applied(city, receipt, await deriveHousehold(receipt));
    await applied.until(({ payments }) => payments?.status === 'come-and-confirm', 'the invitation');
    await applied.ask({ to: 'payments', kind: 'presence' }, 1, city.kiosk);
    const messages = await applied.until(({ payments }) => payments?.status === 'ready-to-collect', 'a code');
    const read = await readInPage(receipt, await answersFor(receipt));
    const codes = await openCodes(applied.household, messages);
    expect(read.status).toBe('ready-to-collect');
    expect(read.messages).toEqual(JSON.parse(JSON.stringify(messages)));
    expect(read.codes).toEqual(codes.map(({ way, amountCents, code }) => [way, amountCents.toString(), code]));
    expect((await city.journal()).map(({ code }) => code)).toContain(read.codes[0]?.[2]);
  });

  it('names itself in the page as in Node, and cuts the same weak tokens', async () => {
    const receipt = newReceipt();
    const { typed } = someAnswers({}, { typed: { calledBy: 'María Núñez', birthDay: { day: 3, month: 4 } } });
    const inPage = await page.evaluate(
      async ({ given, content, salt }) => {
        const { deriveHousehold: derive, cutTokens, boxesOf: idsOf } = window.household;
        const household = await derive(given);
        const bytes = Uint8Array.from(atob(salt), (one) => one.charCodeAt(0));
        return { tokens: await cutTokens(content, bytes), boxes: idsOf(household) };
      },
      { given: receipt, content: typed, salt: Buffer.alloc(32, 5).toString('base64') },
    );
    const { cutTokens } = await import('#libs/household');
    expect(inPage.tokens).toEqual(await cutTokens(typed, Buffer.alloc(32, 5)));
    expect(inPage.boxes).toEqual(boxesOf(await deriveHousehold(receipt)));
  });

  it('asks for what comes later: a stop that the services accept', async () => {
    const household = await city.apply(someAnswers(), city.kiosk);
    await household.until(({ payments }) => payments !== undefined, 'the money');
    const wish = { to: 'eligibility', kind: 'withdraw' } as const;
    const filed = await page.evaluate(
      ({ receipt, asked, setting }) => window.household.prepareRequest(receipt, { wish: asked, n: 1 }, setting),
      { receipt: household.receipt, asked: wish, setting: city.setting },
    );
    await city.phone.file(filed);
    await household.until(({ eligibility }) => eligibility?.status === 'closed', 'the withdrawal');
  });

  it('refuses in the page what does not fit, and a directory that nobody signed', async () => {
    const failed = await page.evaluate(
      async ({ receipt, answers, setting }) => {
        const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
          try {
            await work;
            return 'accepted';
          } catch (error) {
            return (error as { code?: unknown }).code;
          }
        };
        const { prepareApplication } = window.household;
        const [key, ...keys] = setting.directory.dayKeys;
        const forged = keys.map((one) => ({ ...one, publicKey: key?.publicKey ?? '' }));
        const strange = { ...answers, facts: { ...answers.facts, street: 'Nowhere Street' } };
        return [
          await codeOf(prepareApplication(receipt, answers, setting)),
          await codeOf(prepareApplication(receipt, strange, setting)),
          await codeOf(
            prepareApplication(receipt, answers, { ...setting, directory: { ...setting.directory, dayKeys: forged } }),
          ),
        ];
      },
      { receipt: newReceipt(), answers: someAnswers(), setting: city.setting },
    );
    expect(failed).toEqual(['accepted', 'unknown-field', 'no-day-key']);
  });

  it('reads nothing with another receipt', async () => {
    const household = await city.apply(someAnswers(), city.kiosk);
    await household.until(({ payments }) => payments !== undefined, 'the money');
    const sealed = await answersFor(household.receipt);
    expect((await readInPage(household.receipt, sealed)).messages.intake).toBeDefined();
    expect(await readInPage(newReceipt(), sealed)).toEqual({ messages: {}, status: 'nothing-arrived', codes: [] });
  });

  it('has complained of nothing, and kept nothing', async () => {
    expect(complaints).toEqual([]);
    const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    expect(kept).toEqual([0, 0, '']);
  });
});
