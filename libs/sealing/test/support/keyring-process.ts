import { FileKeyring, type KeyringStep } from '../../src/server/keyring/file-keyring.js';
import type { CopyName } from '../../src/server/keyring/keyring-copies.js';
import { pinsIn } from '../../src/server/keyring/pinned-identities.js';
import { addDays } from '../../src/days.js';
import { LIFE, TODAY } from './world.js';

/**
 * A process of its own that writes a keyring.
 *
 *     keyring-process.ts fill <private> <public> <replica> <number>   makes secrets and nights, then tells the nights
 *     keyring-process.ts mix <private> <public> <replica> <pins>      lives through ten days, with a rotation
 *     keyring-process.ts churn <private> <public> <replica>           makes and destroys secrets until it is killed
 *     keyring-process.ts die <private> <public> <replica> <step> <copy>   destroys night 1, and is dead at that step
 */
const [task, privateDir, publicRoot, replica, ...rest] = process.argv.slice(2) as [string, string, string, string];
const replicaDir = replica === '' ? undefined : replica;
const [first = '', copy = ''] = rest as readonly (string | undefined)[];

const dieAt = (step: KeyringStep, of: CopyName): void => {
  // As the power cut would: nothing is flushed, nothing is cleaned up.
  if (task === 'die' && step === first && of === copy) process.kill(process.pid, 'SIGKILL');
};
const keyring = await FileKeyring.open(
  { privateDir, replicaDir, publicRoot, service: 'eligibility', life: LIFE },
  dieAt,
);

if (task === 'die') await keyring.destroyRowKeys(1);

if (task === 'fill') {
  const nights: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    nights.push((await keyring.ensureRowKeys(n)).seal.export().toString('hex'));
    if (n < 10) await keyring.createSecret(`writer-${first}/${n}`);
    if (n === 10) await keyring.destroySecret(`writer-${first}/0`);
  }
  process.stdout.write(JSON.stringify(nights));
}

if (task === 'mix') {
  const nights: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    await keyring.ensureDayKeys(addDays(TODAY, n));
    await keyring.destroyDayKeys(addDays(TODAY, n));
    nights.push((await keyring.ensureRowKeys(100 + n)).seal.export().toString('hex'));
    if (n === 5) await keyring.rotateIdentity(addDays(TODAY, n), pinsIn(first));
    await keyring.destroyRowKeys(n);
  }
  process.stdout.write(JSON.stringify(nights));
}

if (task === 'churn') {
  process.stdout.write('ready');
  for (let n = 0; ; n += 1) {
    const name = `churn/${process.pid}/${n}`;
    await keyring.createSecret(name);
    await keyring.destroySecret(name);
  }
}
