import { listFolder } from '../folder';
import type { PhotoLister } from '../sources/photo-source';
import { fetchKaggle } from './dataset';

/** Lists `kaggle:owner/slug`: downloads it if it does not exist yet, and lists it as a folder. */
export const listKaggle: PhotoLister = async (where, options) => {
  const { kaggle, signal } = options;
  const name = where.slice('kaggle:'.length);
  const folder = await fetchKaggle(name, { ...kaggle, ...(signal && { signal }) });
  return listFolder(folder, options);
};
