import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive, and what is wrong with it. */
export interface ZipMember {
  readonly name: string | Uint8Array;
  readonly bytes: Uint8Array;
  /** Default true. */
  readonly compressed?: boolean;
  /** Unix file mode. Default 0: unknown. */
  readonly mode?: number;
  readonly encrypted?: boolean;
  /** Number of the way of packing. Default that of `compressed`. */
  readonly method?: number;
  /** General purpose flags. Default that of UTF-8 names. */
  readonly flags?: number;
  /** What the directory says instead of the truth. */
  readonly says?: { readonly crc32?: number; readonly size?: number };
}

/** A zip archive, as the specification has it unless a member says otherwise. */
export function zip(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const { name, bytes, compressed = true, mode = 0, flags = 0x800, says = {} } = member;
    const stored = compressed ? deflateRawSync(bytes) : Buffer.from(bytes);
    const title = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(flags | (member.encrypted ? 1 : 0), 2);
    facts.writeUInt16LE(member.method ?? (compressed ? 8 : 0), 4);
    facts.writeUInt32LE(says.crc32 ?? crc32(bytes), 10);
    facts.writeUInt32LE(stored.length, 14);
    facts.writeUInt32LE(says.size ?? bytes.length, 18);
    facts.writeUInt16LE(title.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('PK\x03\x04'), facts, title, stored);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), facts, rest, title);
    offset += 30 + title.length + stored.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}
