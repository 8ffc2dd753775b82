import type { Locator, Page } from 'playwright-core';

type Files = Parameters<Page['setInputFiles']>[1];

/** A visit to the page that explains a mushroom: the actions of a visitor, and what the page shows. */
export class Visit {
  constructor(
    readonly page: Page,
    readonly address: string,
  ) {}

  /** Opens the page on WebAssembly without measuring engines, so that a test does not depend on the load of the machine. */
  async open(): Promise<void> {
    await this.page.addInitScript(() => {
      const measurements = [{ engine: 'wasm', milliseconds: 1 }];
      const memory = { browser: navigator.userAgent, wanted: 'auto', measurements };
      if (!localStorage.getItem('shroom.engine'))
        localStorage.setItem('shroom.engine', JSON.stringify(memory));
    });
    await this.page.goto(this.address);
  }

  /** Waits until the model is loaded. */
  ready(): Promise<void> {
    return this.page.locator('#loading').waitFor({ state: 'hidden' });
  }

  choose(files: Files): Promise<void> {
    return this.page.setInputFiles('#files', files);
  }

  card(index = 0): Locator {
    return this.page.locator('.card').nth(index);
  }

  /** Waits until the given number of photos is shown, and none is being processed. */
  async settled(count = 1): Promise<void> {
    await this.card(count - 1).waitFor();
    await this.page.waitForFunction(() => !document.querySelector('.card[aria-busy=true]'));
  }

  caption(index = 0): Promise<string | null> {
    return this.card(index).locator('figcaption').textContent();
  }

  /** The pixels of the heat map as drawn, `[height, width, 4]`. */
  async mapOf(index = 0): Promise<{ size: number[]; pixels: number[]; opacities: number[] }> {
    const found = await this.card(index)
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return { size: [canvas.height, canvas.width], pixels: Array.from(data) };
      });
    return { ...found, opacities: found.pixels.filter((_, k) => k % 4 === 3) };
  }

  /** Classes by probability, highest first, with the probabilities that the bars show. */
  sharesOf(index = 0): Promise<{ name: string; share: number }[]> {
    return this.card(index)
      .locator('.classes label')
      .evaluateAll(labels =>
        labels.map(label => ({
          name: label.querySelector('span')!.textContent!,
          share: Number((label as HTMLElement).style.getPropertyValue('--share')),
        })),
      );
  }

  /** The id of the element with the focus. */
  focused(): Promise<string | undefined> {
    return this.page.evaluate(() => document.activeElement?.id);
  }
}
