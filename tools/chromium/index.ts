/** Tests in Chromium: starting it, serving pages to it, and reading what a page computed. */

export type { Browser, Page } from 'playwright-core';
export { type BrowserOptions, launch, noChromium } from './browser';
export { bundle, resultsOf } from './page';
export { type Files, filesOf, type Site, serve } from './site';
