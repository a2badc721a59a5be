import type { SealedContract } from '../core/contract.js';
import { sealedSize } from '../core/contract.js';
import { intakeBoxMessage } from '../household/box-message.v1.js';

const VERSION_BYTES = 8;
const DAY_BYTES = 10;

/** The content of a box: the sealed message, and the version and last day to which it is bound. */
export interface BoxContent {
  readonly version: number;
  readonly lastDay: string;
  readonly sealed: Uint8Array;
}

/** The size of every answer of the box door. A box that does not exist answers with zeros. */
export const BOX_ANSWER_BYTES = VERSION_BYTES + DAY_BYTES + sealedSize(intakeBoxMessage as SealedContract);

export function encodeBoxAnswer(content: BoxContent | undefined): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(BOX_ANSWER_BYTES);
  if (content === undefined) return bytes;
  new DataView(bytes.buffer).setBigUint64(0, BigInt(content.version));
  bytes.set(new TextEncoder().encode(content.lastDay), VERSION_BYTES);
  bytes.set(content.sealed, VERSION_BYTES + DAY_BYTES);
  return bytes;
}

/** Undefined for the empty answer and for an invalid one. */
export function decodeBoxAnswer(bytes: Uint8Array): BoxContent | undefined {
  if (bytes.length !== BOX_ANSWER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = Number(view.getBigUint64(0));
  if (version === 0) return undefined;
  const lastDay = new TextDecoder().decode(bytes.subarray(VERSION_BYTES, VERSION_BYTES + DAY_BYTES));
  return { version, lastDay, sealed: bytes.slice(VERSION_BYTES + DAY_BYTES) };
}

/**
 * Answer of `GET /v1/directory`: everything a device needs to seal. The day keys are signed; the device pins their
 * signers.
 */
export interface DirectoryV1 {
  readonly contracts: number;
  /** SHA-256 of the contracts' text, base64url */
  readonly contractsHash: string;
  readonly profileHash: string;
  readonly dayKeys: readonly {
    readonly service: string;
    readonly day: string;
    readonly publicKey: string;
    readonly identity: string;
    readonly signature: string;
  }[];
  /** Public salts of the present and the previous cycle, under which the device cuts its household tokens. */
  readonly cycle: { readonly salt: string; readonly previousSalt: string };
}

/** Answer of `POST /v1/applications`: the last day on which a first answer can come. */
export interface AcceptedV1 {
  readonly accepted: true;
  readonly lastDay: string;
}

/** Answer of `POST /v1/boxes/read`, in the order of the ids in the request. */
export interface BoxesV1 {
  readonly answers: readonly string[];
}
