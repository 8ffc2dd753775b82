import { ArchiveError } from '../archive-error';

/** Headers and files begin at multiples of this many bytes. */
export const block = 512;

/** The header of an entry, as it stands in one block. */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** `0` for a file, `5` for a folder, `L` and `x` for a longer name of the next entry. */
  readonly type: string;
}

/**
 * Reads a header. @returns `undefined` for the empty block at the end of an archive.
 * @throws ArchiveError when the block is no header.
 */
export function readTarHeader(bytes: Uint8Array): TarHeader | undefined {
  if (bytes.every(byte => byte === 0)) return undefined;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new ArchiveError('it is compressed. Unpack it first, as with gunzip');
  const stated = octal(bytes.subarray(148, 156));
  let sum = 0;
  for (let at = 0; at < block; at++) sum += at >= 148 && at < 156 ? 32 : bytes[at]!;
  if (stated !== sum) throw new ArchiveError('there is no header: its checksum is wrong');
  const type = String.fromCharCode(bytes[156]! || 48);
  const name = textIn(bytes.subarray(0, 100));
  const prefix = isPosix(bytes) ? textIn(bytes.subarray(345, 500)) : '';
  return {
    name: prefix ? `${prefix}/${name}` : name,
    size: sizeIn(bytes.subarray(124, 136)),
    type,
  };
}

/** POSIX has a zero after `ustar`; GNU has a space there, and other fields instead of the prefix. */
const isPosix = (bytes: Uint8Array): boolean =>
  textIn(bytes.subarray(257, 263)) === 'ustar' && bytes[262] === 0;

/** The records of a `pax` header, such as `path`. @see POSIX.1-2001, pax Interchange Format */
export function readPaxRecords(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const length = Number(Buffer.from(bytes.subarray(at, Math.max(at, space))).toString());
    if (space < 0 || !Number.isInteger(length) || length < 5 || at + length > bytes.length)
      throw new ArchiveError('an extended header is damaged');
    const record = Buffer.from(bytes.subarray(space + 1, at + length - 1)).toString();
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** The text before the first zero. */
export function textIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
}

/** A size in octal digits, or as GNU writes large ones: in the bytes themselves. */
function sizeIn(bytes: Uint8Array): number {
  if (bytes[0] !== 0x80) return octal(bytes);
  return bytes.subarray(1).reduce((size, byte) => 256 * size + byte, 0);
}

function octal(bytes: Uint8Array): number {
  const digits = textIn(bytes).trim();
  if (!/^[0-7]*$/.test(digits)) throw new ArchiveError('there is no header: a number is damaged');
  return Number.parseInt(digits || '0', 8);
}

/** Length of a file with the zeros after it. */
export const padded = (size: number): number => Math.ceil(size / block) * block;
