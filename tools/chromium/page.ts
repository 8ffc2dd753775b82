import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';

/**
 * Bundles a program and everything that it imports into one script for a page.
 *
 * @param alias Packages to take from elsewhere, such as from their sources.
 */
export async function bundle(
  program: URL,
  alias: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(program)],
    bundle: true,
    alias,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

/**
 * Waits for a page's `globalThis.results` and returns it.
 *
 * @param timeout In milliseconds. Default 80,000.
 * @throws Error with the page's `globalThis.failure`, if the page sets that.
 */
export async function resultsOf<Results>(
  browser: Browser,
  url: string,
  timeout = 80_000,
): Promise<Results> {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    const ended = 'globalThis.results !== undefined || globalThis.failure !== undefined';
    // The code polls instead of using `waitForFunction`, which the page's content security policy may forbid.
    for (const end = Date.now() + timeout; !(await page.evaluate(ended)); await pause(50))
      if (Date.now() > end) throw new Error(`${url}: no results within ${timeout} ms.`);
    const failure = await page.evaluate('globalThis.failure');
    if (failure !== undefined) throw new Error(`${url}: ${failure}`);
    return (await page.evaluate('globalThis.results')) as Results;
  } finally {
    await page.close();
  }
}
