import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { openArchive, unpackArchive } from '@shroom/data/node';
import sharp from 'sharp';
import { damageBytes } from './damage';
import { type FileTarget, refusal } from './target';

interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Writes a zip archive as the specification describes it. */
function zip(members: readonly Member[], compressed: boolean): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const stored = compressed ? deflateRawSync(bytes) : Buffer.from(bytes);
    const title = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x800, 2);
    facts.writeUInt16LE(compressed ? 8 : 0, 4);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(stored.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(title.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('PK\x03\x04'), facts, title, stored);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), facts, rest, title);
    offset += 30 + title.length + stored.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

/** Archives of photos, to be opened and unpacked. */
export async function zipTarget(folder: string): Promise<FileTarget> {
  const members = await Promise.all(
    ['Amanita/1.png', 'Amanita/2.png', 'Boletus/ü.png', 'Boletus/b/4.png', 'Boletus/5.png'].map(
      async (name, k): Promise<Member> => {
        const create = {
          width: 4,
          height: 3,
          channels: 3,
          background: { r: 40 * k, g: 9, b: 9 },
        } as const;
        return { name, bytes: await sharp({ create }).png().toBuffer() };
      },
    ),
  );
  const seeds = [zip(members, true), zip(members, false)];
  const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const known = new Set(members.map(({ bytes }) => hashOf(bytes)));
  const path = join(folder, 'photos.zip');
  const unpacked = join(folder, 'unpacked', 'here');
  return {
    damage: random => damageBytes(seeds[random.below(seeds.length)]!, random),
    async check(bytes) {
      await writeFile(path, bytes);
      let taken = false;
      const open = async () => {
        const { photos } = await openArchive(path, { leastPerClass: 1, givenSplit: 'ignore' });
        taken = photos.length > 0;
        for (const { id, sha256 } of photos)
          if (!known.has(sha256)) throw new Error(`'${id}' has bytes that were not put in`);
      };
      await refusal(open, 'PhotoSetError', 'ArchiveError');
      await refusal(() => unpackArchive(path, unpacked), 'ArchiveError', 'PhotoSetError');
      if (existsSync(unpacked))
        for (const entry of await readdir(unpacked, { recursive: true, withFileTypes: true }))
          if (
            entry.isFile() &&
            !known.has(hashOf(await readFile(join(entry.parentPath, entry.name))))
          )
            throw new Error(`'${entry.name}' was unpacked with bytes that were not put in`);
      const around = await readdir(join(folder, 'unpacked')).catch(() => []);
      if (around.some(name => name !== 'here')) throw new Error(`${around} was written outside`);
      await rm(join(folder, 'unpacked'), { recursive: true, force: true });
      return taken;
    },
  };
}
