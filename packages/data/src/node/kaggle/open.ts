import { openFolder } from '../folder';
import type { PhotoSource } from '../sources/photo-source';
import { fetchKaggle } from './dataset';

/** `kaggle:owner/slug`, downloaded where it is not there, and opened as a folder. */
export const openKaggle: PhotoSource = async (where, options) => {
  const { kaggle, signal } = options;
  const name = where.slice('kaggle:'.length);
  const folder = await fetchKaggle(name, { ...kaggle, ...(signal && { signal }) });
  return openFolder(folder, options);
};
