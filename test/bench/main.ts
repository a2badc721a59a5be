import { hash } from 'node:crypto';

import { benchAttack } from './attack.js';
import { benchMembership } from './membership.js';
import { benchOrder } from './order.js';
import { benchRubbish } from './rubbish.js';
import { benchTurn } from './turn.js';

/** Each bench prints its own figures. */
const benches: Readonly<Record<string, (count: number | undefined) => Promise<void>>> = {
  attack: benchAttack,
  turn: benchTurn,
  rubbish: benchRubbish,
  membership: benchMembership,
  order: benchOrder,
};

export async function main([name = '', count]: readonly string[]): Promise<void> {
  const bench = benches[name];
  const wanted = count === undefined ? undefined : Number(count);
  if (bench === undefined || (wanted !== undefined && !(Number.isSafeInteger(wanted) && wanted > 0))) {
    console.log(`npm run bench -- ${Object.keys(benches).join('|')} [how many]`);
    process.exitCode = 2;
    return;
  }
  console.log(`machine ratio ${machineRatio().toFixed(2)} (1.00: as fast as the machine on which the goals were set)`);
  await bench(wanted);
}

const REFERENCE_MS = 150;

/** The speed of this machine at hashing in one thread, which all benches use much. */
function machineRatio(): number {
  const block = Buffer.alloc(1_024, 7);
  const began = performance.now();
  for (let round = 0; round < 100_000; round += 1) hash('sha256', block, 'buffer');
  return REFERENCE_MS / (performance.now() - began);
}
