import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib';

/** A value to search for, in one of the forms in which it could have been written. */
export interface Needle {
  readonly name: string;
  readonly form: string;
  readonly bytes: Buffer;
}

export interface Finding {
  readonly name: string;
  readonly form: string;
  readonly file: string;
}

/** Shorter values would be found by chance in a few hundred megabytes of noise. */
const BYTES_MIN = 7;

/** Returns every form of a text: in several spellings, each in several encodings. */
export function textNeedles(name: string, text: string): readonly Needle[] {
  return spellingsOf(text).flatMap(([spelling, spelled]) =>
    [...encodingsOfText(spelled), ...encodingsOfBytes(Buffer.from(spelled))].map(([encoding, bytes]) => ({
      name,
      form: `${spelling} ${encoding}`,
      bytes,
    })),
  );
}

/** Returns every form of bytes that are not text: keys, ids, tokens. */
export function bytesNeedles(name: string, value: Uint8Array): readonly Needle[] {
  const forms = [['raw', Buffer.from(value)] as const, ...encodingsOfBytes(value)];
  return forms.map(([form, bytes]) => ({ name, form, bytes }));
}

function spellingsOf(text: string): readonly (readonly [string, string])[] {
  const digits = text.replaceAll(/\D/g, '');
  const all: (readonly [string, string])[] = [
    ['as typed', text],
    ['lower case', text.toLowerCase()],
    ['upper case', text.toUpperCase()],
    ['without hyphens', text.replaceAll('-', '')],
    ['lower case without hyphens', text.replaceAll('-', '').toLowerCase()],
  ];
  if (digits.length >= 10) all.push(['digits', digits], ['last ten digits', digits.slice(-10)]);
  return uniqueBy(all, ([, spelled]) => spelled);
}

function encodingsOfText(text: string): readonly (readonly [string, Buffer])[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  const ascii = escaped.replaceAll(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const utf16 = Buffer.from(text, 'utf16le');
  const percent = encodeURIComponent(text);
  const all: (readonly [string, Buffer])[] = [
    ['raw', Buffer.from(text)],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ['Latin-1', Buffer.from(text, 'latin1')],
    ['JSON', Buffer.from(escaped)],
    ['JSON in ASCII', Buffer.from(ascii)],
    ['URL', Buffer.from(percent)],
    ['form', Buffer.from(percent.replaceAll('%20', '+'))],
  ];
  return uniqueBy(all, ([, bytes]) => bytes.toString('hex'));
}

function encodingsOfBytes(value: Uint8Array): readonly (readonly [string, Buffer])[] {
  const hex = Buffer.from(value).toString('hex');
  const base64 = [0, 1, 2].flatMap((offset) => {
    const inner = base64At(value, offset);
    const url = inner.replaceAll('+', '-').replaceAll('/', '_');
    return [
      [`base64 at ${offset}`, Buffer.from(inner)] as const,
      [`base64url at ${offset}`, Buffer.from(url)] as const,
    ];
  });
  const all = [...base64, ['hex', Buffer.from(hex)] as const, ['HEX', Buffer.from(hex.toUpperCase())] as const];
  return uniqueBy(all, ([, bytes]) => bytes.toString('latin1'));
}

/** Returns the base64 letters that depend on the value alone, if `offset` bytes precede it in the encoded bytes. */
function base64At(value: Uint8Array, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), value]).toString('base64url');
  const whole = Buffer.from(text).toString().replaceAll('-', '+').replaceAll('_', '/');
  const end = Math.floor(((offset + value.length) * 8) / 6);
  return whole.slice(Math.ceil((offset * 8) / 6), end);
}

/** Looks for many byte strings at once, in one pass over what is searched. */
export class Haystack {
  /** Needles by their last four bytes, because what households type differs at its end. */
  private readonly byEnd = new Map<number, Needle[]>();
  private readonly ends = new Uint8Array(1 << 21);

  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      if (needle.bytes.length < BYTES_MIN) throw new RangeError(`too short to be searched for: ${needle.name}`);
      const end = needle.bytes.readUInt32BE(needle.bytes.length - 4);
      const same = this.byEnd.get(end);
      if (same === undefined) this.byEnd.set(end, [needle]);
      else same.push(needle);
      const bit = bitOf(end);
      this.ends[bit >>> 3] = (this.ends[bit >>> 3] as number) | (1 << (bit & 7));
    }
  }

  /** Returns the needles that are in the bytes, each once. It unpacks gzip and zstd inside and searches that, too. */
  search(bytes: Buffer): readonly Needle[] {
    const found = new Set<Needle>();
    for (const part of [bytes, ...unpacked(bytes)]) this.scan(part, found);
    return [...found];
  }

  private scan(bytes: Buffer, found: Set<Needle>): void {
    const { ends } = this;
    let last = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      last = ((last << 8) | (bytes[at] as number)) >>> 0;
      const bit = bitOf(last);
      if (((ends[bit >>> 3] as number) & (1 << (bit & 7))) === 0) continue;
      for (const needle of this.byEnd.get(last) ?? []) {
        const from = at + 1 - needle.bytes.length;
        if (from >= 0 && bytes.compare(needle.bytes, 0, needle.bytes.length, from, at + 1) === 0) found.add(needle);
      }
    }
  }
}

// Bound once: in a test each use of a global is a new look-up, some fifty times slower.
const { imul } = Math;

function bitOf(end: number): number {
  return imul(end, 0x9e37_79b1) >>> 8;
}

const UNPACKED_MAX = 64 * 1024 * 1024;
const packers = [
  {
    magic: Buffer.from([0x1f, 0x8b, 0x08]),
    // Inflates without gunzip, which refuses data that is followed by something else.
    unpack: (bytes: Buffer) =>
      inflateRawSync(bytes.subarray(gzipHeaderBytes(bytes)), {
        maxOutputLength: UNPACKED_MAX,
        finishFlush: constants.Z_SYNC_FLUSH,
      }),
  },
  {
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    unpack: (bytes: Buffer) => zstdDecompressSync(bytes, { maxOutputLength: UNPACKED_MAX }),
  },
] as const;

/** Returns the length of a gzip header (RFC 1952): ten bytes, then the fields that the flags name. */
function gzipHeaderBytes(bytes: Buffer): number {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + bytes.readUInt16LE(at);
  if ((flags & 8) !== 0) at = bytes.indexOf(0, at) + 1;
  if ((flags & 16) !== 0) at = bytes.indexOf(0, at) + 1;
  return (flags & 2) === 0 ? at : at + 2;
}

function unpacked(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (const { magic, unpack } of packers) {
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      try {
        parts.push(unpack(bytes.subarray(at)));
      } catch {
        // These three bytes only look like the beginning of packed data.
      }
    }
  }
  return parts;
}

export interface SearchedTree {
  readonly files: readonly string[];
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

/**
 * Searches every byte of every file below a folder.
 * @param isLeftOut returns true for a path, relative to the folder, that is not to be searched
 */
export async function searchTree(
  root: string,
  haystack: Haystack,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<SearchedTree> {
  const files: string[] = [];
  const findings: Finding[] = [];
  let bytes = 0;
  for (const path of await filesBelow(root, root, isLeftOut)) {
    const content = await readFile(join(root, path));
    files.push(path);
    bytes += content.length;
    const found = [...haystack.search(content), ...haystack.search(Buffer.from(path))];
    findings.push(...found.map(({ name, form }) => ({ name, form, file: path })));
  }
  return { files, bytes, findings };
}

async function filesBelow(
  root: string,
  folder: string,
  isLeftOut: (path: string) => boolean,
): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (isLeftOut(relative(root, path))) return [];
      return entry.isDirectory() ? filesBelow(root, path, isLeftOut) : [relative(root, path)];
    }),
  );
  return lists.flat();
}

function uniqueBy<T>(list: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(list.map((item) => [key(item), item])).values()];
}
