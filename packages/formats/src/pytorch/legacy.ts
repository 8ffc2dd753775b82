import type { ReadOptions } from '../error';
import type { RangedFile } from '../ranged-file';
import { bitsOfType } from '../safetensors/element-type';
import type { Fail } from './error';
import { List, PickleEndError } from './machine';
import { type Storage, stateDictLanguage } from './objects';
import { unpickle } from './pickle';
import type { SavedObject } from './saved';

/** The first pickle of a file. */
const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/** How much is read for the pickles at first, and at most. Those of 100,000 tensors are shorter. In bytes. */
const pickleBytes = { first: 2 ** 18, most: 25_000_000 };

/**
 * Reads a file of `torch.save` from before PyTorch 1.6, or with `_use_new_zipfile_serialization=False`. Pickles are one after another:
 * a magic number, a version, the machine, the object, the keys of its storages. The storages follow in that order, each after its length.
 *
 * @see https://github.com/pytorch/pytorch/blob/main/torch/serialization.py (`_legacy_save`)
 */
export async function readLegacy(
  file: RangedFile,
  options: ReadOptions,
  fail: Fail,
): Promise<SavedObject> {
  const { value, keys, storages, end } = await readPickles(file, options, fail);
  const starts = new Map<string, number>();
  let place = end;
  for (const key of keys) {
    const storage = storages.get(key);
    if (!storage) return fail(`it lists a storage '${key}', which no tensor has`);
    if (starts.has(key)) return fail(`it lists the storage '${key}' twice`);
    const head = await file.read(place, Math.min(place + 8, file.size));
    if (head.byteLength < 8) return fail(`it ends before its storage '${key}'`);
    const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
    if (length !== BigInt(storage.length))
      return fail(`its storage '${key}' has ${length} elements, not ${storage.length}`);
    starts.set(key, place + 8);
    place += 8 + (storage.length * bitsOfType[storage.dtype]) / 8;
    if (place > file.size)
      return fail(
        `its storage '${key}' would end at byte ${place}, but the file has ${file.size} bytes`,
      );
  }
  if (place !== file.size)
    return fail(`its storages end at byte ${place}, but the file has ${file.size} bytes`);
  const startOf = ({ key }: Storage) =>
    starts.get(key) ?? fail(`its storage '${key}' is not in the file`);
  return { value, file, startOf };
}

interface Pickles {
  readonly value: unknown;
  readonly keys: readonly string[];
  readonly storages: ReadonlyMap<string, Storage>;
  /** Position after the last pickle. */
  readonly end: number;
}

/** Reads the pickles from the start of the file. Their length is unknown, so more is read until they are whole. */
async function readPickles(file: RangedFile, options: ReadOptions, fail: Fail): Promise<Pickles> {
  const most = Math.min(file.size, pickleBytes.most);
  for (let length = pickleBytes.first; ; length *= 4) {
    const bytes = await file.read(0, Math.min(length, most));
    try {
      return parse(bytes, options, fail);
    } catch (error) {
      if (!(error instanceof PickleEndError)) throw error;
      if (length >= file.size) return fail('it ends within its pickle', error);
      if (length >= most) return fail(`its pickles have more than ${most} bytes`, error);
    }
  }
}

function parse(bytes: Uint8Array, options: ReadOptions, fail: Fail): Pickles {
  const storages = new Map<string, Storage>();
  const language = stateDictLanguage(storages, options, fail);
  let end = 0;
  const next = (): unknown => {
    const found = unpickle(bytes, end, language, fail);
    end = found.end;
    return found.value;
  };
  if (next() !== magic) fail('it is a Python pickle that torch.save did not write');
  const version = next();
  if (version !== protocol)
    fail(`its version should be ${protocol}, but it is ${String(version).slice(0, 40)}`);
  const machine = next();
  if (!(machine instanceof Map) || machine.get('little_endian') !== true)
    fail('it was written on a big-endian machine, which is not read');
  const value = next();
  const keys = next();
  const items = keys instanceof List ? keys.items : [];
  if (!(keys instanceof List) || !items.every(key => typeof key === 'string'))
    fail('the keys of its storages are no list of texts');
  return { value, keys: items as string[], storages, end };
}
