import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import {
  bundleForBrowser,
  launchBrowser,
  servePage,
  type Bundle,
  type ServedPage,
} from '../../../test/support/browser.js';
import {
  deriveHousehold,
  hpkeOpen,
  hpkeSeal,
  newReceipt,
  publicKeyBytes,
  readPinnedIdentities,
  sliceAad,
  sliceInfo,
  verifyCommand,
  type Household,
} from '../src/index.js';
import { temporaryDir, TODAY, worldOf } from './support/world.js';

let bundle: Bundle;
let served: ServedPage;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  bundle = await bundleForBrowser('libs/sealing/test/support/page.ts');
  served = await servePage(bundle.code);
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(served.origin);
  await page.waitForFunction(() => 'sealing' in window);
});
afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

const binding = { contract: 'intake.facts-submitted', version: 1, recipient: 'eligibility', day: TODAY };
const envelope = { lane: 'kiosk', site: 'north-4' };
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url');

function namesOf({ applicationId, pickupCode, linkTokens, at }: Household): readonly string[] {
  const keys = [at.intake, at.eligibility, at.payments, at.notification];
  const bytes = keys.flatMap((key) => [key.commandKey, key.householdRef, key.receiptKey, key.boxId]);
  return [pickupCode, ...[applicationId, linkTokens.eligibility, linkTokens.payments, ...bytes].map(hexOf)];
}

describe('the device part in a browser', () => {
  it('is the part without the server: none of its code, nothing of Node', () => {
    const own = bundle.files.filter((file) => file.startsWith('libs/'));
    expect(own).toContain('libs/sealing/src/device/household.ts');
    expect(own.filter((file) => file.includes('/server/') || file.endsWith('/index.ts'))).toEqual([]);
    expect(bundle.code).not.toMatch(/["']node:/);
  });

  it('derives from a receipt the same household as Node', async () => {
    for (const receipt of [newReceipt(), newReceipt()]) {
      const inPage = await page.evaluate(async (code) => {
        const { applicationId, pickupCode, linkTokens, at } = await window.sealing.deriveHousehold(code);
        const keys = [at.intake, at.eligibility, at.payments, at.notification];
        const bytes = keys.flatMap((key) => [key.commandKey, key.householdRef, key.receiptKey, key.boxId]);
        const all = [applicationId, linkTokens.eligibility, linkTokens.payments, ...bytes];
        return [
          pickupCode,
          ...all.map((one) => Array.from(one, (byte) => byte.toString(16).padStart(2, '0')).join('')),
        ];
      }, receipt);
      expect(inPage).toEqual(namesOf(await deriveHousehold(receipt)));
    }
  });

  it('makes receipts that Node reads', async () => {
    const receipt = await page.evaluate(() => window.sealing.newReceipt());
    await expect(deriveHousehold(receipt)).resolves.toBeDefined();
  });

  it('seals what the server opens, bound as the server says', async () => {
    const { privateKey } = generateKeyPairSync('x25519');
    const recipientKey = publicKeyBytes(privateKey).toString('base64url');
    const sealed = bytesOf(
      await page.evaluate(
        async (given) => {
          const { sealTo, sliceInfo: info, sliceAad: aad, fromBase64url, toBase64url } = window.sealing;
          const message = {
            recipientKey: fromBase64url(given.recipientKey),
            info: info(given.binding),
            aad: aad(given.envelope),
            plaintext: new TextEncoder().encode('three of us, two weeks'),
          };
          return toBase64url(await sealTo(message));
        },
        { recipientKey, binding, envelope },
      ),
    );
    const opening = { privateKey, info: sliceInfo(binding), aad: sliceAad(envelope), sealed };
    expect(hpkeOpen(opening).toString()).toBe('three of us, two weeks');
    const elsewhere = { ...opening, aad: sliceAad({ ...envelope, site: 'north-5' }) };
    expect(() => hpkeOpen(elsewhere)).toThrow(expect.objectContaining({ code: 'not-opened' }));
  });

  it('opens what the server seals to its box, signs what it verifies, and refuses a changed message', async () => {
    const receipt = newReceipt();
    const { at } = await deriveHousehold(receipt);
    const [info, aad, plaintext] = [Buffer.from('info'), Buffer.from('aad'), Buffer.from('come and collect')];
    const sealed = hpkeSeal({ recipientKey: at.payments.receiptKey, info, aad, plaintext });
    const changed = Buffer.from(sealed);
    changed[40] = (changed[40] as number) ^ 1;
    const { opened, code, signature } = await page.evaluate(
      async (given) => {
        const { deriveHousehold: derive, fromBase64url, toBase64url, SealingError } = window.sealing;
        const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
        const { payments } = (await derive(given.receipt)).at;
        const box = (text: string): Promise<Uint8Array> =>
          payments.openBox({ info: bytes('info'), aad: bytes('aad'), sealed: fromBase64url(text) });
        const failure: unknown = await box(given.changed).catch((error: unknown) => error);
        return {
          opened: new TextDecoder().decode(await box(given.sealed)),
          code: failure instanceof SealingError ? failure.code : 'no sealing error',
          signature: toBase64url(await payments.sign(bytes('withdraw'))),
        };
      },
      { receipt, sealed: sealed.toString('base64url'), changed: changed.toString('base64url') },
    );
    expect([opened, code]).toEqual(['come and collect', 'not-opened']);
    expect(verifyCommand(at.payments.commandKey, Buffer.from('withdraw'), bytesOf(signature))).toBe(true);
    expect(verifyCommand(at.intake.commandKey, Buffer.from('withdraw'), bytesOf(signature))).toBe(false);
  });

  it('believes the published day keys of pinned services, and no others', async () => {
    const temporary = temporaryDir();
    const world = await worldOf(temporary.dir, 'intake', 'eligibility');
    const [entry, next] = world.directory().entries();
    const pins = readPinnedIdentities(world.pinnedIdentitiesPath);
    temporary.remove();
    const believed = await page.evaluate(
      async ({ entries, pinned }) => Promise.all(entries.map((one) => window.sealing.verifySignedDayKey(one, pinned))),
      {
        entries: [entry!, { ...entry!, publicKey: next!.publicKey }, { ...entry!, service: 'payments' }],
        pinned: pins,
      },
    );
    expect(believed).toEqual([true, false, false]);
  });
});
