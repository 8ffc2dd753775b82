import { type Browser, chromium } from 'playwright-core';
import { executable, howToGetChromium } from './executable';

/** Browser tests are skipped then, save where `REQUIRE_CHROMIUM` is set. */
export const noChromium = executable === undefined;

if (noChromium && process.env.REQUIRE_CHROMIUM)
  throw new Error(`The browser tests need Chromium. ${howToGetChromium}`);

export interface BrowserOptions {
  /** WebGL, drawn in software, so that it needs no GPU. Default none. */
  readonly webgl?: boolean;
  /** A camera that films a test picture, and may be used. Default none. */
  readonly camera?: boolean;
}

/** Chromium without a window, which calls nobody by itself. The caller closes it. */
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
