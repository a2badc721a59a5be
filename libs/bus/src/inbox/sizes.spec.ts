import { describe, expect, it } from '@jest/globals';

import { contractsFrom, contractsTo, services } from '#libs/contracts';
import { envelopeOverheadBytes } from '#libs/sealing';

import { inboxBody, inboxKinds, PARKED } from './inbox-body.js';
import type { InboxMessage } from './message.js';
import { largestEnvelopeBytes } from './sizes.js';

describe.each(services)('a parked message of %s', (service) => {
  const largest = largestEnvelopeBytes(service);
  const sizeBytes = inboxKinds({ envelopeBytesMax: largest }).find(({ kind }) => kind === PARKED)?.sizeBytes ?? 0;
  const messages = [...contractsFrom(service), ...contractsTo(service)].map(
    ({ name, producer, consumer, sizeBytes: payload }): InboxMessage => ({
      contractName: name,
      day: '2026-11-25',
      envelope: new Uint8Array(payload + envelopeOverheadBytes({ contract: name, producer, consumer })),
    }),
  );

  it('keeps an envelope of each contract whole', () => {
    for (const message of messages) {
      const { record } = inboxBody(message, largest);
      expect(Buffer.from(record, 'base64')).toHaveLength(message.envelope.length);
    }
  });

  it('has little more room than the largest of them needs, because a stranger can fill it', () => {
    const needed = Math.max(
      ...messages.map(
        (each) => JSON.stringify(inboxBody(each, largest, { code: 'slice-not-opened', isFromDevice: true })).length,
      ),
    );
    expect(sizeBytes).toBeGreaterThan(needed);
    expect(sizeBytes - needed).toBeLessThan(320);
  });
});
