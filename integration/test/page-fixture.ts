import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '@shroom-internal/chromium';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { preparedSite } from './mushroom-site';
import { Visit } from './visit';
import { serveFolder, type Website } from './website';

/** What a test of the page can use. */
export interface PageFixture {
  /** A temporary folder. */
  readonly folder: string;
  /** Folders of the trained run and of the page built from it, and the file of a drawn photo. All test files have the same. */
  readonly run: string;
  readonly site: string;
  readonly photo: string;
  readonly website: Website;
  readonly page: Page;
  readonly visit: Visit;
}

/** Serves the page for a test file. Each test gets a new browser context without stored data. */
export function usePage(): PageFixture {
  const fixture = {} as { -readonly [Name in keyof PageFixture]: PageFixture[Name] };
  const errors: string[] = [];
  let browser: Browser | undefined;
  let context: BrowserContext;

  beforeAll(async () => {
    fixture.folder = await mkdtemp(join(tmpdir(), 'shroom-page-'));
    Object.assign(fixture, await preparedSite());
    fixture.website = await serveFolder(fixture.site);
    browser = await launch({ webgl: true, camera: true });
  });
  afterAll(async () => {
    await browser?.close();
    await fixture.website?.close();
    await rm(fixture.folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    context = await browser!.newContext({ viewport: { width: 1200, height: 900 } });
    fixture.page = await context.newPage();
    fixture.page.setDefaultTimeout(60_000);
    fixture.page.on('pageerror', error => errors.push(error.message));
    fixture.visit = new Visit(fixture.page, fixture.website.address);
  });
  afterEach(async () => {
    const { faults } = fixture.website;
    faults.replaced.clear();
    faults.unreachable = undefined;
    faults.missing = undefined;
    await context.close();
    expect(errors.splice(0)).toEqual([]);
  });
  return fixture;
}
