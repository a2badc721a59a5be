import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { getContainerRuntimeClient } from 'testcontainers';

import { writeCertificates } from '../../deploy/docker/certificates.js';

/** A private authority of one test, with certificates for the containers. */
export interface TestCertificates {
  readonly folder: string;
  /** The PEM file of the authority. */
  readonly ca: string;
  remove(): Promise<void>;
}

export async function testCertificates(...names: readonly string[]): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  // The engine may give mapped ports another address than this machine's own.
  const { info } = await getContainerRuntimeClient();
  await writeCertificates({ folder, names, also: [info.containerRuntime.host] });
  return { folder, ca: join(folder, 'ca.pem'), remove: () => rm(folder, { recursive: true }) };
}
