import { existsSync } from 'node:fs';

/** Where Chromium is: at `CHROMIUM`, or where Debian installs it. `undefined` where there is none. */
export const executable = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find(path => path !== '' && existsSync(path));

export const howToGetChromium =
  'Install it (Debian: apt-get install chromium), or name one: CHROMIUM=<path> npm test.';
