import { Equals, IsArray, IsIn, IsInt } from 'class-validator';
import { sealedSize, services, type SealedContract } from '../core/contract.js';
import { Field, NestedField, NestedListField } from '../core/field.js';
import { IsX25519Key } from '../core/public-keys.js';
import { IsBytes, IsDayText } from '../core/shapes.js';
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

/** The public key of one service for one day, as its identity key has signed it. */
export class DayKeyV1 {
  @Field({ data: 'operational', purpose: 'whose key it is' })
  @IsIn(services)
  service!: string;

  @Field({ data: 'operational', purpose: 'on which day it seals' })
  @IsDayText()
  day!: string;

  @Field({ data: 'key', purpose: 'seals to the service' })
  @IsX25519Key()
  publicKey!: string;

  @Field({ data: 'key', purpose: 'which pinned identity has signed it' })
  @IsBytes(8)
  identity!: string;

  @Field({ data: 'key', purpose: 'shows that the service has made the key' })
  @IsBytes(64)
  signature!: string;
}

/** Public salts under which the device cuts its household tokens. */
export class CycleSaltsV1 {
  @Field({ data: 'key', purpose: 'cuts household tokens in this cycle' })
  @IsBytes(32)
  salt!: string;

  @Field({ data: 'key', purpose: 'finds households of the cycle before' })
  @IsBytes(32)
  previousSalt!: string;
}

/** At most this many: three services, today and a week ahead, and two identities while one replaces the other. */
const DAY_KEYS_MAX = 100;

/** Answer of `GET /v1/directory`: the data that a device needs to seal. It pins the identities that sign day keys. */
export class DirectoryV1 {
  @Field({ data: 'operational', purpose: 'version of the contracts' })
  @IsInt()
  contracts!: number;

  @Field({ data: 'operational', purpose: 'SHA-256 of the text of the contracts' })
  @IsBytes(32)
  contractsHash!: string;

  @Field({ data: 'operational', purpose: "SHA-256 of the city's profile" })
  @IsBytes(32)
  profileHash!: string;

  @NestedListField({ data: 'key', purpose: 'seals slices and requests' }, () => DayKeyV1, DAY_KEYS_MAX)
  dayKeys!: readonly DayKeyV1[];

  @NestedField({ data: 'key', purpose: 'cuts household tokens' }, () => CycleSaltsV1)
  cycle!: CycleSaltsV1;
}

/** Answer of `POST /v1/applications`. */
export class AcceptedV1 {
  @Field({ data: 'operational', purpose: 'the application is stored' })
  @Equals(true)
  accepted!: true;

  @Field({ data: 'operational', purpose: 'last day on which a first answer can come' })
  @IsDayText()
  lastDay!: string;
}

/** Answer of `POST /v1/requests`. */
export class RequestAcceptedV1 {
  @Field({ data: 'operational', purpose: 'the request is stored' })
  @Equals(true)
  accepted!: true;
}

/** Answer of `POST /v1/boxes/read`: in the order of the ids asked for. */
export class BoxesV1 {
  @Field({ data: 'sealed', purpose: 'what lies in each box, all of one size' })
  @IsArray()
  @IsBytes(BOX_ANSWER_BYTES, { each: true })
  answers!: readonly string[];
}
