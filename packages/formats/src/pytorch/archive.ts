import type { ReadOptions } from '../error';
import type { RangedFile } from '../ranged-file';
import { bitsOfType } from '../safetensors/element-type';
import type { ZipArchive } from '../zip/reader';
import type { Fail } from './error';
import { PickleEndError, type PickleLanguage } from './machine';
import { type Storage, stateDictLanguage } from './objects';
import { unpickle } from './pickle';
import type { SavedObject } from './saved';

/** The longest pickle that is read, in bytes. That of 100,000 tensors is shorter. */
const mostPickleBytes = 25_000_000;

/** The folder in an archive that `torch.save` wrote, or `undefined` for other archives. */
export const savedFolder = ({ paths }: ZipArchive): string | undefined =>
  paths.map(path => /^([^/]+)\/data\.pkl$/.exec(path)?.[1]).find(folder => folder !== undefined);

/**
 * Reads a file of `torch.save` since PyTorch 1.6: a zip archive of a pickle and a file for each storage, without compression.
 *
 * @see https://github.com/pytorch/pytorch/blob/main/torch/serialization.py (`_save`)
 */
export async function readArchive(
  file: RangedFile,
  archive: ZipArchive,
  folder: string,
  options: ReadOptions,
  fail: Fail,
): Promise<SavedObject> {
  const paths = new Set(archive.paths);
  if (paths.has(`${folder}/constants.pkl`))
    return fail('it is TorchScript; torch.save(model.state_dict()) writes the tensors alone');
  // Checksums are not compared, because PyTorch can leave them out.
  const place = async (name: string) => {
    const found = await archive.place(`${folder}/${name}`);
    return found ?? fail(`'${folder}/${name}' is compressed, as PyTorch never writes it`);
  };
  const bytesAt = async (name: string, most: number) => {
    const { start, end } = await place(name);
    if (end - start > most)
      return fail(`'${folder}/${name}' would have ${end - start} bytes, more than ${most}`);
    return file.read(start, end);
  };
  if (paths.has(`${folder}/byteorder`)) {
    const order = String.fromCharCode(...(await bytesAt('byteorder', 20)));
    if (order !== 'little') return fail(`its byte order is '${order}', and only 'little' is read`);
  }
  const storages = new Map<string, Storage>();
  const language = stateDictLanguage(storages, options, fail);
  const value = savedIn(await bytesAt('data.pkl', mostPickleBytes), language, fail);
  const starts = new Map<string, number>();
  for (const { key, dtype, length } of storages.values()) {
    if (!paths.has(`${folder}/data/${key}`)) return fail(`its storage '${key}' is not in the file`);
    const { start, end } = await place(`data/${key}`);
    const bytes = (length * bitsOfType[dtype]) / 8;
    if (end - start !== bytes)
      return fail(`its storage '${key}' should have ${bytes} bytes, but it has ${end - start}`);
    starts.set(key, start);
  }
  return { value, file, startOf: ({ key }) => starts.get(key)! };
}

function savedIn(pickle: Uint8Array, language: PickleLanguage, fail: Fail): unknown {
  try {
    const { value, end } = unpickle(pickle, 0, language, fail);
    return end === pickle.byteLength ? value : fail('its pickle ends too early');
  } catch (error) {
    if (!(error instanceof PickleEndError)) throw error;
    return fail('its pickle is cut short', error);
  }
}
