import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { writeTarIndex } from '../tar/index-file';
import { meta, pictures } from '../tar/samples';
import { tarEnd, tarFile } from '../tar/writer';
import { factsOf, type PackedPhoto, type PackedSet, type Packer } from './packer';

/** Writes a tar archive as WebDataset reads it, and its index. */
export async function tarPacker(path: string, { classes }: PackedSet): Promise<Packer> {
  const part = `${path}.part`;
  const numbers = new Map(classes.map((name, index) => [name, index]));
  const file: FileHandle = await open(part, 'w');
  const add = async ({ candidate, bytes, name }: PackedPhoto) => {
    const { key, suffix = suffixOf(bytes) } = keyOf(name);
    const number = candidate.classNames ? undefined : numbers.get(candidate.className ?? '');
    const facts = JSON.stringify(factsOf(candidate));
    const files = [
      tarFile(`${key}.${suffix}`, bytes),
      ...(number === undefined ? [] : [tarFile(`${key}.cls`, Buffer.from(`${number}`))]),
      ...(facts === '{}' ? [] : [tarFile(`${key}.json`, Buffer.from(facts))]),
    ];
    await file.writeFile(Buffer.concat(files));
  };
  return {
    add,
    close: async () => {
      await file.writeFile(tarEnd);
      await file.sync();
      await file.close();
      await rename(part, path);
      await writeTarIndex(path);
    },
    abort: async () => {
      await file.close();
      await rm(part, { force: true });
    },
  };
}

/**
 * The key of a photo has no dot, as WebDataset ends a key at the first one. An ending that is none of a picture, such as `json`, belongs
 * to the key: as a suffix, it would be read as facts. What WebDataset skips, as a folder `__x__`, loses underscores at its begin.
 */
export function keyOf(name: string): { readonly key: string; readonly suffix?: string } {
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.lastIndexOf('.');
  const hasEnding = dot > slash && pictures.test(name.slice(dot + 1).toLowerCase());
  const stem = hasEnding ? name.slice(slash, dot) : name.slice(slash);
  let key = `${name.slice(0, slash)}${stem.replaceAll('.', '_') || '_'}`;
  while (meta.test(key)) key = key.slice(1);
  return {
    key,
    ...(hasEnding && { suffix: name.slice(dot + 1).toLowerCase() }),
  };
}

/** The suffix of a photo whose name has none, by its first bytes. */
function suffixOf(bytes: Uint8Array): string {
  const begin = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (begin.startsWith('\x89PNG')) return 'png';
  if (begin.startsWith('GIF8')) return 'gif';
  return /^RIFF.{4}WEBP/s.test(begin) ? 'webp' : 'jpg';
}
