import type { Locator, Page } from 'playwright-core';

type Files = Parameters<Page['setInputFiles']>[1];

/** A visit to the page that explains a mushroom: what somebody does there, and what is to be seen. */
export class Visit {
  constructor(
    readonly page: Page,
    readonly address: string,
  ) {}

  /** Opens it on WebAssembly without measuring: a test should not depend on what the machine does besides. */
  async open(): Promise<void> {
    await this.page.addInitScript(() => {
      const measurements = [{ engine: 'wasm', milliseconds: 1 }];
      const memory = { browser: navigator.userAgent, wanted: 'auto', measurements };
      if (!localStorage.getItem('shroom.engine'))
        localStorage.setItem('shroom.engine', JSON.stringify(memory));
    });
    await this.page.goto(this.address);
  }

  /** Until the model is there. */
  ready(): Promise<void> {
    return this.page.locator('#loading').waitFor({ state: 'hidden' });
  }

  choose(files: Files): Promise<void> {
    return this.page.setInputFiles('#files', files);
  }

  card(index = 0): Locator {
    return this.page.locator('.card').nth(index);
  }

  /** Until so many photos are there, and none is being worked on. */
  async settled(count = 1): Promise<void> {
    await this.card(count - 1).waitFor();
    await this.page.waitForFunction(() => !document.querySelector('.card[aria-busy=true]'));
  }

  caption(index = 0): Promise<string | null> {
    return this.card(index).locator('figcaption').textContent();
  }

  /** The heat map as it is drawn: `[height, width, 4]`. */
  async mapOf(index = 0): Promise<{ size: number[]; pixels: number[]; opacities: number[] }> {
    const found = await this.card(index)
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return { size: [canvas.height, canvas.width], pixels: Array.from(data) };
      });
    return { ...found, opacities: found.pixels.filter((_, k) => k % 4 === 3) };
  }

  /** Classes from the most probable, with their probabilities as the bars show them. */
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

  /** The id of what has the focus. */
  focused(): Promise<string | undefined> {
    return this.page.evaluate(() => document.activeElement?.id);
  }
}
