import { type Browser, chromium } from 'playwright-core';
import { executable, howToGetChromium } from './executable';

/** Whether Chromium is missing. Browser tests are then skipped, unless `REQUIRE_CHROMIUM` is set. */
export const noChromium = executable === undefined;

if (noChromium && process.env.REQUIRE_CHROMIUM)
  throw new Error(`The browser tests need Chromium. ${howToGetChromium}`);

export interface BrowserOptions {
  /** Enables WebGL, which is rendered in software, so that no GPU is needed. Default: no WebGL. */
  readonly webgl?: boolean;
  /** Simulates a camera that films a test picture, and grants access to it. Default: no camera. */
  readonly camera?: boolean;
}

/** Starts Chromium without a window and without background requests. The caller closes it. */
export function launch({ webgl = false, camera = false }: BrowserOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: executable!,
    args: [
      '--headless',
      '--no-sandbox',
      ...(webgl
        ? ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
        : ['--disable-gpu']),
      ...(camera ? ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] : []),
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
