import { usualSize } from '../network/patches';
import { requireSuited } from '../network/suited';
import { holdsAnother, holdsRun, type RunConfiguration } from './folder';
import { newOf } from './replacing';

/**
 * The configuration that a training in a folder has: the one that is asked for, after checking that it can work. A training that has begun
 * there, or in the folder of the run that replaces it, is continued as it is, as older versions had sizes that whole patches do not fill.
 *
 * @param isUsual Whether no size was asked for. Then a run of 299 pixels, which was the usual size of all networks, is continued too.
 * @throws UnsupportedNetworkError when the configuration cannot work and has not begun.
 */
export async function begunOrSuited(
  folder: string,
  asked: RunConfiguration,
  isUsual: boolean,
): Promise<RunConfiguration> {
  const sizes = isUsual ? [asked.size, usualSize] : [asked.size];
  for (const place of [folder, newOf(folder)].filter(holdsRun)) {
    for (const size of sizes) {
      const configuration = { ...asked, size };
      if (!(await holdsAnother(place, configuration))) return configuration;
    }
  }
  requireSuited(asked);
  return asked;
}
