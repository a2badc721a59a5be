/** An enrolled device: the id under which intake knows its Ed25519 key, and a function that signs with the key. */
export interface DeviceSigner {
  readonly keyId: string;
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

const encoder = new TextEncoder();

/**
 * The headers with which an enrolled kiosk signs a request: RFC 9421 over method, path and the digest of the body (RFC
 * 9530).
 *
 * @param createdSeconds seconds since 1970 by the device's clock
 */
export async function signatureHeaders(
  request: { readonly method: string; readonly path: string; readonly body: string },
  signer: DeviceSigner,
  createdSeconds: number,
): Promise<Readonly<Record<string, string>>> {
  const digest = `sha-256=:${base64(await sha256(encoder.encode(request.body)))}:`;
  const params = `("@method" "@path" "content-digest");created=${createdSeconds};keyid="${signer.keyId}";alg="ed25519"`;
  const lines = [
    `"@method": ${request.method}`,
    `"@path": ${request.path}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${params}`,
  ];
  const signature = await signer.sign(encoder.encode(lines.join('\n')));
  return {
    'content-digest': digest,
    'signature-input': `sig=${params}`,
    signature: `sig=:${base64(signature)}:`,
  };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
