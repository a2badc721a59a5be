import { randomBytes } from 'node:crypto';

import { contactSlice, factsSlice, type SealedContract, type SubmitApplicationV1 } from '#libs/contracts';
import { staffSignatureHeaders, type Household } from '#libs/household';
import { fromBase64url, sealTo, sliceBinding, toBase64url } from '#libs/sealing';

import { periodOf, randomFrom, syntheticHousehold, type SyntheticHousehold } from '../../deploy/demo/synthetic.js';
import type { TestCity } from '../support/city.js';
import { bytesNeedles, textNeedles, type Needle } from '../support/needles.js';

/** Makes households. Every third has text that needs escaping, some show where they live, and some want texts. */
export function crowd(count: number, day: string): readonly SyntheticHousehold[] {
  const random = randomFrom(randomBytes(4).readUInt32LE());
  return Array.from({ length: count }, (_, at) => {
    const person = syntheticHousehold({
      random,
      needs: ['FOD', 'HOU'],
      way: 'CASH',
      period: periodOf(day, 'week'),
      serviceAreas: ['East', 'South'],
      evidenceShare: 0.25,
      textShare: 0.5,
    });
    if (at % 3 !== 0) return person;
    const calledBy = `${person.answers.typed.calledBy} "Núñez" & Söhne/Ωmega`;
    const typed = { ...person.answers.typed, calledBy };
    return { ...person, answers: { ...person.answers, typed }, typed: { ...person.typed, calledBy } };
  });
}

/** Returns needles for what a household typed, whole and by its rare words, and for its receipt. */
export function typedNeedles({ typed, receipt }: SyntheticHousehold): readonly Needle[] {
  const words = Object.values(typed).flatMap((text) =>
    text.split(' ').filter((word) => word.length >= 9 && isRare(word)),
  );
  return [
    ...Object.entries(typed).flatMap(([field, text]) => textNeedles(field, text)),
    ...words.flatMap((word) => textNeedles('a word', word)),
    ...textNeedles('receipt', receipt),
  ];
}

const isRare = (word: string): boolean => !['Synthetic', 'Nowhere'].includes(word) && !word.startsWith('+');

/** Returns needles for values that are derived from the receipt and would link the places where they are found. */
export function derivedNeedles({ applicationId, pickupCode, linkTokens, at }: Household): readonly Needle[] {
  const ofServices = Object.entries(at).flatMap(
    ([service, { commandKey, householdRef: handle, receiptKey, boxId }]) => [
      ...bytesNeedles(`command key at ${service}`, commandKey),
      ...bytesNeedles(`handle at ${service}`, handle),
      ...bytesNeedles(`receipt key at ${service}`, receiptKey),
      ...bytesNeedles(`box id at ${service}`, boxId),
    ],
  );
  return [
    ...ofServices,
    ...bytesNeedles('application id', applicationId),
    ...bytesNeedles('link of eligibility', linkTokens.eligibility),
    ...bytesNeedles('link of payments', linkTokens.payments),
    ...textNeedles('pick-up code', pickupCode),
  ];
}

/** Sends a canary everywhere anybody could send something: in bodies, addresses, headers and sealed slices. */
export async function sendCanaries(city: TestCity, canary: string, good: SubmitApplicationV1): Promise<number> {
  const { urls } = city.stack;
  const json = { 'content-type': 'application/json' };
  const post = async (url: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(url, { method: 'POST', headers: { ...json, ...headers }, body })).status;
  const statuses = await Promise.all([
    ...Object.values(urls).flatMap((url) => [
      post(
        `${url}/${encodeURIComponent(canary)}?q=${encodeURIComponent(canary)}`,
        JSON.stringify({ [canary]: canary }),
      ),
      fetch(`${url}/health/${encodeURIComponent(canary)}`, { headers: { 'user-agent': canary } }).then(
        ({ status }) => status,
      ),
      post(`${url}/v1/${canary.replaceAll(' ', '-')}`, canary, { 'content-type': 'text/plain', cookie: `a=${canary}` }),
    ]),
    ...['applications', 'requests', 'boxes/read'].flatMap((door) => [
      post(`${urls.intake}/v1/${door}`, `{"${canary}`),
      post(`${urls.intake}/v1/${door}`, JSON.stringify({ ...good, [canary]: canary })),
      post(
        `${urls.intake}/v1/${door}`,
        JSON.stringify({ ...good, application: canary, sealed: canary, boxes: [canary] }),
      ),
      post(`${urls.intake}/v1/${door}`, JSON.stringify(good), {
        signature: `sig=:${toBase64url(Buffer.from(canary))}:`,
        'signature-input': `sig=("@method");keyid="${canary}"`,
      }),
    ]),
    ...['batches', 'approvals'].map(async (door) => {
      const body = JSON.stringify({ batch: canary, digest: canary, [canary]: canary });
      const request = { method: 'POST', path: `/v1/release/${door}`, body };
      const signature = { createdSeconds: Math.floor(Date.now() / 1000), service: 'payments' };
      const headers = await staffSignatureHeaders(request, city.staff('maker-one'), signature);
      return post(`${urls.payments}${request.path}`, body, headers);
    }),
    post(`${urls.intake}/v1/applications`, JSON.stringify(await sealedWith(city, canary, good))),
  ]);
  return statuses.filter((status) => status >= 500).length;
}

/** Returns an application whose slices open but are not valid: they hold typed text where none is allowed. */
async function sealedWith(city: TestCity, canary: string, good: SubmitApplicationV1): Promise<SubmitApplicationV1> {
  const [facts, contact] = await Promise.all(
    [factsSlice, contactSlice].map((contract) => sealRaw(city, contract, { name: canary, [canary]: canary })),
  );
  const application = toBase64url(randomBytes(32));
  return { ...good, application, facts: facts ?? '', contact: contact ?? '' };
}

async function sealRaw(city: TestCity, contract: SealedContract, content: object): Promise<string> {
  const { directory, day } = city.setting;
  const entry = directory.dayKeys.find((key) => key.service === contract.consumer && key.day === day);
  const plaintext = Buffer.alloc(contract.sizeBytes, ' ');
  plaintext.write(JSON.stringify(content));
  const recipientKey = fromBase64url(entry?.publicKey ?? '');
  return toBase64url(await sealTo({ recipientKey, ...sliceBinding(contract, day), plaintext }));
}
