import { block, padded } from './header';

/** Longest name that a header holds, in bytes. A longer one needs a header of its own. */
const longest = 100;

/** The bytes of one file in a tar archive: its header, the file, and zeros. Nothing in it depends on the machine or the time. */
export function tarFile(name: string, content: Uint8Array): Buffer {
  const isShort = Buffer.byteLength(name) <= longest;
  const path = isShort ? Buffer.alloc(0) : paxPath(name);
  return Buffer.concat([path, entry(isShort ? name : shortened(name), content, '0')]);
}

/** What ends an archive. */
export const tarEnd = Buffer.alloc(2 * block);

function paxPath(name: string): Buffer {
  const text = (length: number) => `${length} path=${name}\n`;
  // The length counts its own digits.
  let length = Buffer.byteLength(text(0));
  while (Buffer.byteLength(text(length)) !== length) length = Buffer.byteLength(text(length));
  return entry('path', Buffer.from(text(length)), 'x');
}

const shortened = (name: string): string => name.slice(-longest).replace(/[^\x20-\x7e]/g, '_');

function entry(name: string, content: Uint8Array, type: string): Buffer {
  const bytes = Buffer.alloc(block + padded(content.length));
  const octal = (value: number, at: number, digits: number) =>
    bytes.write(`${value.toString(8).padStart(digits, '0')}\0`, at);
  bytes.write(name, 0);
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(content.length, 124, 11);
  octal(0, 136, 11);
  bytes.write('        ', 148);
  bytes.write(type, 156);
  bytes.write('ustar\x0000', 257);
  const sum = bytes.subarray(0, block).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  bytes.set(content, block);
  return bytes;
}
