import type { ReadOptions } from '../error';
import { otherFile } from '../other-file';
import { type RangedFile, ranged } from '../ranged-file';
import { bitsOfType, type SafetensorsType } from '../safetensors/element-type';
import { openZip } from '../zip/reader';
import { readArchive, savedFolder } from './archive';
import { type Fail, failing } from './error';
import { readLegacy } from './legacy';
import type { StoredTensor } from './objects';
import type { SavedObject } from './saved';
import { tensorsOf } from './state-dict';
import { contiguous, type ElementBytes, isContiguous } from './strides';

/** One tensor of a PyTorch checkpoint. */
export interface PytorchTensor {
  readonly name: string;
  /** Element type, under its name in safetensors, such as `F32`. */
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /**
   * Reads the values: little-endian, the last axis varies fastest. `toFloat32` converts them to numbers.
   *
   * @param take Gives memory for this many bytes, which the result may be a view of. Without it, the result has its own memory, or is a
   *   view of bytes that were given.
   * @throws PytorchError when the file ends before the values.
   */
  read(take?: (bytes: number) => Uint8Array): Promise<Uint8Array>;
}

/** Files in a wheel or another archive that are taken for a checkpoint, by their names. */
const checkpointName = /\.(pth|pt|bin)$/i;
/** The largest compressed checkpoint that is read, in bytes. */
const mostUnpacked = 2e9;
/** How many bytes a tensor may have that repeats numbers, even if its file is shorter. */
const mostRepeated = 1e6;

/**
 * Whether a file is one for `openPytorch` to open, a pickle or a zip archive, by its first eight bytes. A safetensors file is not.
 *
 * @example
 * ```ts
 * isPytorch(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 8, 8)); // true: a zip archive
 * isPytorch(Uint8Array.of(0x80, 2, 0, 0, 0, 0, 0, 0)); // false: a safetensors file with a header of 640 bytes
 * ```
 */
export function isPytorch(start: Uint8Array): boolean {
  if (start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4) return true;
  return start[0] === 0x80 && start.subarray(4, 8).some(byte => byte !== 0);
}

/**
 * Opens a checkpoint that PyTorch's `torch.save` wrote, of both kinds: the zip archive of today, and the older stream of pickles. A zip
 * archive with one such file in it, such as a Python wheel, is opened too. The checkpoint is a state dict, or a dictionary with one under
 * `state_dict` or another usual key. Each tensor is read only when it is asked for. It works in browsers and in Node.
 *
 * Nothing of a file is run. Its pickle may build only what a state dict needs: plain data, ordered dictionaries, and tensors.
 *
 * @param file The whole file, which is not copied, or access to its bytes.
 * @returns The tensors by their names, in the order of the state dict.
 * @throws PickleGlobalError when the pickle asks for any other Python object. PytorchError when the file is damaged, has no state dict, or
 *   is big-endian. ZipError when its archive is damaged, or has 4 GB or more.
 * @see https://docs.pytorch.org/docs/stable/notes/serialization.html
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const source = 'resnet18.pth';
 * const tensors = await openPytorch(await readFile(source), { source });
 * const kernel = tensors.get('conv1.weight')!;
 * const values = toFloat32(await kernel.read(), kernel); // 9408 numbers, [64, 3, 7, 7]
 * ```
 */
export async function openPytorch(
  file: Uint8Array | Blob | RangedFile,
  options: ReadOptions = {},
): Promise<ReadonlyMap<string, PytorchTensor>> {
  return open(ranged(file), options, true);
}

/** @param mayBePacked Whether the file may be an archive with a checkpoint in it. */
async function open(
  given: RangedFile,
  options: ReadOptions,
  mayBePacked: boolean,
): Promise<ReadonlyMap<string, PytorchTensor>> {
  const fail = failing(options);
  const file = whole(given, fail);
  const start = await file.read(0, Math.min(8, file.size));
  if (!isPytorch(start)) {
    const what = otherFile(start);
    return fail(what === undefined ? 'it begins as no file of torch.save does' : `it is ${what}`);
  }
  if (start[0] === 0x80) return tensorsIn(await readLegacy(file, options, fail), fail);
  const archive = await openZip(file, options);
  const folder = savedFolder(archive);
  if (folder !== undefined)
    return tensorsIn(await readArchive(file, archive, folder, options, fail), fail);
  const paths = archive.paths.filter(path => checkpointName.test(path));
  const [path] = paths;
  if (!mayBePacked || path === undefined)
    return fail('it is a zip archive without a checkpoint of torch.save');
  if (paths.length > 1) {
    const first = paths.slice(0, 5).join(', ');
    return fail(
      `it is an archive of ${paths.length} files that may be meant: ${first}; unpack one`,
    );
  }
  const bytes = await archive.read(path, mostUnpacked);
  const source = options.source === undefined ? path : `${options.source}#${path}`;
  return open(ranged(bytes), { ...options, source }, false);
}

/** A file of which a range is read whole or not at all. */
const whole = (file: RangedFile, fail: Fail): RangedFile => ({
  size: file.size,
  read: async (start, end, take) => {
    const bytes = await file.read(start, end, take);
    if (bytes.byteLength === end - start) return bytes;
    return fail(`${bytes.byteLength} bytes could be read of the bytes ${start} to ${end}`);
  },
});

function tensorsIn(saved: SavedObject, fail: Fail): ReadonlyMap<string, PytorchTensor> {
  const tensors = [...tensorsOf(saved.value, fail)];
  return new Map(tensors.map(([name, tensor]) => [name, readable(name, tensor, saved, fail)]));
}

function readable(
  name: string,
  { storage, offset, shape, strides }: StoredTensor,
  { file, startOf }: SavedObject,
  fail: Fail,
): PytorchTensor {
  const { dtype } = storage;
  const size = (bitsOfType[dtype] / 8) as ElementBytes;
  const count = shape.reduce((product, side) => product * side, 1);
  // A stride of 0 repeats numbers, so a short file could ask for much memory.
  if (count * size > Math.max(file.size, mostRepeated))
    fail(`'${name}' of shape [${shape}] would have more bytes than the file`);
  const first = startOf(storage) + offset * size;
  const last = shape.reduce((place, side, axis) => place + (side - 1) * strides[axis]!, 0);
  return {
    name,
    dtype,
    shape,
    read: async take => {
      if (count === 0) return new Uint8Array(0);
      const bytes = await file.read(first, first + (last + 1) * size, take);
      return isContiguous(shape, strides) ? bytes : contiguous(bytes, shape, strides, size);
    },
  };
}
