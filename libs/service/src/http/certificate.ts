import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { useSetting } from '../config/use-setting.js';

/** The key belongs to another certificate. */
class NotOnePairError extends Error {
  readonly code = 'key-of-another-certificate';
}

const ONE_OF_CHAIN = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

/** The paths of a certificate chain and its private key, both PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A server that takes another certificate for new connections. */
interface SecureServer {
  setSecureContext(options: SecureContextOptions): void;
}

/**
 * The certificate of this process's listeners. The files are read again while the process runs, so that a renewal needs
 * no restart. Open connections keep the certificate with which they began.
 */
export class Certificate {
  private readonly servers = new Set<SecureServer>();

  private constructor(
    private readonly files: CertificateFiles,
    private content: { readonly cert: string; readonly key: string },
  ) {}

  /** @throws UnusableSettingError naming the setting of the file that cannot be read or is not the key of the other */
  static async read(files: CertificateFiles): Promise<Certificate> {
    return new Certificate(files, await contentOf(files));
  }

  /** The options of a server for TLS 1.3 with this certificate. */
  get options(): SecureContextOptions & { readonly cert: string; readonly key: string } {
    return { ...this.content, minVersion: 'TLSv1.3' };
  }

  /** Gives a server each new certificate from now on. */
  serve(server: SecureServer): void {
    this.servers.add(server);
  }

  /** The end of the first certificate of the chain that ends. */
  get endsAt(): Date {
    const ends = (this.content.cert.match(ONE_OF_CHAIN) ?? []).map((pem) => new X509Certificate(pem).validToDate);
    return new Date(Math.min(...ends.map((end) => end.getTime())));
  }

  /** Reads the files again. @throws as `read` does; nothing changes then */
  async renew(): Promise<void> {
    const content = await contentOf(this.files);
    if (content.cert === this.content.cert && content.key === this.content.key) return;
    this.content = content;
    for (const server of this.servers) server.setSecureContext(this.options);
  }
}

async function contentOf(files: CertificateFiles): Promise<{ readonly cert: string; readonly key: string }> {
  // A context is made of an empty file too, and every handshake would then fail.
  const { cert, own } = await useSetting('TLS_CERT', async () => {
    const text = await readFile(files.cert, 'utf8');
    createSecureContext({ cert: text });
    return { cert: text, own: new X509Certificate((text.match(ONE_OF_CHAIN) ?? [])[0] ?? '') };
  });
  const key = await useSetting('TLS_KEY', async () => {
    const text = await readFile(files.key, 'utf8');
    if (!own.checkPrivateKey(createPrivateKey(text))) throw new NotOnePairError();
    createSecureContext({ cert, key: text });
    return text;
  });
  return { cert, key };
}
