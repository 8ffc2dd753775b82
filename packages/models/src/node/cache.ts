import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Returns the folder for downloads that are kept: `SHROOM_CACHE`, or the platform's cache folder.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 * @example
 * ```ts
 * cacheFolder({ SHROOM_CACHE: '/data/cache' }); // '/data/cache'
 * cacheFolder({}, 'linux'); // '.cache/shroom' in the home folder
 * ```
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.SHROOM_CACHE) return env.SHROOM_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'shroom');
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'shroom', 'Cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'shroom');
  return join(homedir(), '.cache', 'shroom');
}
