// Runs once before the fault tests. It builds what they start. They bring their own databases and brokers.
import { build } from '../../deploy/local/build.mjs';
import { endWithParent } from './global-setup.mjs';

export default async function globalBuild() {
  endWithParent();
  await build();
}
