import { openFolder } from '../folder';
import type { PhotoSource } from '../sources/photo-source';
import { fetchKaggle } from './dataset';

/** Opens `kaggle:owner/slug`: downloads it if it does not exist yet, and opens it as a folder. */
export const openKaggle: PhotoSource = async (where, options) => {
  const { kaggle, signal } = options;
  const name = where.slice('kaggle:'.length);
  const folder = await fetchKaggle(name, { ...kaggle, ...(signal && { signal }) });
  return openFolder(folder, options);
};
