/** An enrolled key: the name under which a service knows its public half, and a function that signs with it. */
export interface DeviceSigner {
  readonly keyId: string;
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface StaffSignature {
  /** Seconds since 1970. The signature is valid for a minute. */
  readonly createdSeconds: number;
  /** The service for which the request is meant; no other accepts it. */
  readonly service: string;
}

type SignatureHeaders = Readonly<Record<string, string>>;

const NONCE_BYTES = 16;
const encoder = new TextEncoder();

/**
 * The headers with which an enrolled device signs a request: RFC 9421 over method, path and the digest of the body (RFC
 * 9530). Services accept this one form only.
 *
 * @param createdSeconds seconds since 1970; the signature is valid for ten minutes
 */
export function signatureHeaders(
  request: SignedRequest,
  signer: DeviceSigner,
  createdSeconds: number,
): Promise<SignatureHeaders> {
  return signed(request, signer, paramsOf(signer, createdSeconds));
}

/** As `signatureHeaders`, for a member of staff: each call makes a request that one service accepts once. */
export function staffSignatureHeaders(
  request: SignedRequest,
  signer: DeviceSigner,
  { createdSeconds, service }: StaffSignature,
): Promise<SignatureHeaders> {
  const nonce = base64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return signed(request, signer, `${paramsOf(signer, createdSeconds)};nonce="${nonce}";tag="${service}"`);
}

function paramsOf({ keyId }: DeviceSigner, createdSeconds: number): string {
  return `("@method" "@path" "content-digest");created=${createdSeconds};keyid="${keyId}";alg="ed25519"`;
}

async function signed(request: SignedRequest, signer: DeviceSigner, params: string): Promise<SignatureHeaders> {
  const digest = `sha-256=:${base64(await sha256(encoder.encode(request.body)))}:`;
  const lines = [
    `"@method": ${request.method}`,
    `"@path": ${request.path}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${params}`,
  ];
  const signature = await signer.sign(encoder.encode(lines.join('\n')));
  return {
    'content-digest': digest,
    'signature-input': `sig1=${params}`,
    signature: `sig1=:${base64(signature)}:`,
  };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
