// Runs once before the fault tests: builds what they start. They bring databases and brokers of their own.
import { build } from '../../deploy/local/build.mjs';
import { endWithParent } from './global-setup.mjs';

export default async function globalBuild() {
  endWithParent();
  await build();
}
