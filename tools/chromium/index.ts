/** Helpers for tests in Chromium: they start it, serve pages to it, and read what a page computed. */

export type { Browser, Page } from 'playwright-core';
export { type BrowserOptions, launch, noChromium } from './browser';
export { executable, howToGetChromium } from './executable';
export { bundle, resultsOf } from './page';
export { type Files, filesOf, type Site, serve } from './site';
