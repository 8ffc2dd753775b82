import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DownloadError } from '../download-error';
import type { WeightsSource } from './weights-source';

/** A path, or a `file:` URL. */
export const fileSource: WeightsSource = {
  fetch: async address => pathOf(address),
  needs: async address => {
    pathOf(address);
    return { here: true, download: 0 };
  },
};

/** @throws DownloadError where there is no file. */
function pathOf(address: string): string {
  const path = address.startsWith('file:') ? fileURLToPath(address) : address;
  if (!existsSync(path)) throw new DownloadError('missing', `${path}: there is no such file.`);
  return path;
}
