import { existsSync } from 'node:fs';

/** Path of Chromium: the value of `CHROMIUM`, or the path where Debian installs it; `undefined` if neither exists. */
export const executable = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find(path => path !== '' && existsSync(path));

export const howToGetChromium =
  'Install it (Debian: apt-get install chromium), or name one: CHROMIUM=<path> npm test.';
