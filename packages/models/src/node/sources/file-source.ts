import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DownloadError } from '../download-error';
import type { WeightsSource } from './weights-source';

/** The source for a path, or a `file:` URL. */
export const fileSource: WeightsSource = {
  fetch: async address => pathOf(address),
  needs: async address => {
    pathOf(address);
    return { here: true, download: 0 };
  },
};

/** @throws DownloadError when there is no such file. */
function pathOf(address: string): string {
  const path = address.startsWith('file:') ? fileURLToPath(address) : address;
  if (!existsSync(path)) throw new DownloadError('missing', `${path}: there is no such file.`);
  return path;
}
