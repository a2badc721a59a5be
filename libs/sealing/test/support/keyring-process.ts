import { FileKeyring } from '../../src/server/file-keyring.js';

/**
 * A process of its own that writes a keyring.
 *
 *     keyring-process.ts fill <private> <public> <number>    makes ten secrets and twenty nights, then tells the nights
 *     keyring-process.ts churn <private> <public>            makes and destroys secrets until it is killed
 */
const [task, privateDir, publicRoot, number] = process.argv.slice(2) as [string, string, string, string];
const keyring = await FileKeyring.open({ privateDir, publicRoot, service: 'eligibility' });

if (task === 'fill') {
  const nights: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    nights.push((await keyring.ensureRowKeys(n)).seal.export().toString('hex'));
    if (n < 10) await keyring.createSecret(`writer-${number}/${n}`);
    if (n === 10) await keyring.destroySecret(`writer-${number}/0`);
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
