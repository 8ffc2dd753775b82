import { httpFile } from '../http';
import type { RemoteFile } from '../remote-file';
import { PhotoStoreError } from '../store-error';
import { parseHubFile } from './address';
import { hubSettings } from './settings';

export const hubAdvice =
  'It requires a login, or does not exist: set HF_TOKEN, and accept the conditions on the page of the data set if it has any.';

/** A file of a data set of the hub. Large files are on other servers, which the token is not sent to. */
export async function hubFile(address: string): Promise<RemoteFile> {
  const found = parseHubFile(address);
  if (!found)
    throw new PhotoStoreError('address', `'${address.slice(0, 200)}' is no file of a data set.`);
  const { id, commit, path } = found;
  const { endpoint, token, offline } = await hubSettings();
  if (offline)
    throw new PhotoStoreError('offline', `${address}: HF_HUB_OFFLINE forbids asking the hub.`);
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return httpFile(
    `${endpoint}/datasets/${id}/resolve/${commit}/${encoded}`,
    token ? { authorization: `Bearer ${token}` } : {},
    { advice: hubAdvice, shown: address },
  );
}
