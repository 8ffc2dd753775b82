import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resize } from '@shroom/data';
import { zipChunks } from '@shroom/formats';
import { noChromium } from '@shroom-internal/chromium';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { photoSize, secondPanel, side } from './mushroom-site';
import { usePage } from './page-fixture';
import { root, runProgram } from './program';

/** Waits until a fact about the page becomes true. */
const eventually = <T>(fact: () => T | Promise<T>) => expect.poll(fact, { timeout: 60_000 });
const [height, width] = photoSize;

/** The largest difference of two lists of numbers. */
const furthest = (found: readonly number[], expected: ArrayLike<number>): number =>
  Math.max(...found.map((value, k) => Math.abs(value - expected[k]!)));

describe.skipIf(noChromium)('the page that explains a mushroom', () => {
  const at = usePage();

  test('gives the class, the probabilities and the map that Node gives', async () => {
    const { folder, run, photo, visit } = at;
    // One photo that both the page and Node shrink, and the same photo at the model's size, which neither has to shrink.
    const { data, info } = await sharp(photo).raw().toBuffer({ resolveWithObject: true });
    const small = resize({ data, height: info.height, width: info.width }, [side, side]);
    const shrunk = join(folder, 'shrunk.png');
    await sharp(small.data, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toFile(shrunk);
    const explain = join(root, 'examples/explain.ts');
    const json = await runProgram(explain, [photo, shrunk, '--model', run, '--json']);
    const inNode = json.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const out = join(folder, 'explained');
    const drawn = await runProgram(explain, [photo, shrunk, '--model', run, '--out', out]);
    expect(drawn.code, drawn.stderr).toBe(0);

    await visit.open();
    await visit.choose([photo, shrunk]);
    await visit.ready();
    await visit.settled(2);
    // The page stores weights in 16 bits, which explains up to four of 255 steps.
    for (const [index, { name, size, tolerance }] of [
      { name: 'Amanita.png', size: [height, width], tolerance: 0.05 },
      { name: 'shrunk.png', size: [side, side], tolerance: 0.016 },
    ].entries()) {
      const { class: best, probabilities } = inNode.find(({ file }) => file.endsWith(name));
      const shares = await visit.sharesOf(index);
      expect(shares[0]!.name).toBe(best);
      for (const each of shares)
        expect(Math.abs(each.share - probabilities[each.name]), name).toBeLessThan(0.005);
      const map = await visit.mapOf(index);
      const expected = await secondPanel(join(out, name), size as [number, number]);
      expect(map.size).toEqual(size);
      expect(Math.max(...map.opacities)).toBe(255);
      expect(furthest(map.opacities, expected) / 255, name).toBeLessThan(tolerance);
      const label = await visit.card(index).locator('canvas').getAttribute('aria-label');
      expect(label).toContain(`Heat map. What speaks for ${best}: most `);
      expect(label).toContain('Grad-CAM of 4 × 4 places, the last layer');
    }
  });

  test('opens another classifier from a zip, and says what is wrong with a file that is none', async () => {
    const { folder, site, page, visit } = at;
    const model = join(site, 'model');
    const entries = await readdir(model, { recursive: true, withFileTypes: true });
    const files = entries.filter(entry => entry.isFile());
    const members = await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const path = join(parentPath, name);
        const bytes = await readFile(path);
        const other = Buffer.from(bytes.toString().replace('"title": "', '"title": "Other '));
        return {
          path: path.slice(model.length + 1),
          bytes: name === 'classifier.json' ? other : bytes,
        };
      }),
    );
    const zip = join(folder, 'other.zip');
    await writeFile(zip, Buffer.concat([...zipChunks(members)]));
    await visit.open();
    await visit.ready();
    const title = page.locator('#title');
    const before = await title.textContent();
    await page.locator('#classifier-file').setInputFiles(zip);
    await eventually(() => title.textContent()).toBe(`Other ${before}`);
    expect(await page.locator('#offline').textContent()).toContain('other.zip');
    await page.locator('#classifier-file').setInputFiles(join(root, 'package.json'));
    const problem = page.locator('#loading-problem');
    await eventually(() => problem.textContent()).toContain('not a whole zip archive');
    await page.locator('#retry').click();
    await visit.ready();
    await eventually(() => title.textContent()).toBe(before);
  });

  test('changes class, layer, method and opacity, and tells two classes apart, by keyboard alone', async () => {
    const { photo, page, visit } = at;
    // The same files as the browser's own dialog returns.
    page.on('filechooser', chooser => chooser.setFiles(photo));
    await visit.open();
    await visit.ready();
    await page.keyboard.press('Tab');
    expect(await visit.focused()).toBe('left-out-summary');
    await page.keyboard.press('Tab');
    expect(await visit.focused()).toBe('choose');
    await page.keyboard.press('Enter');
    await visit.settled();
    const [first, second] = await visit.sharesOf();
    const before = await visit.mapOf();

    await page.locator('.classes input').first().focus();
    await page.keyboard.press('ArrowDown');
    await eventually(() => visit.caption()).toContain(`What speaks for ${second!.name}:`);
    expect((await visit.mapOf()).opacities).not.toEqual(before.opacities);
    await page.keyboard.press('ArrowUp');
    await eventually(() => visit.caption()).toContain(`What speaks for ${first!.name}:`);

    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await eventually(() => visit.caption()).toContain(
      `${first!.name} rather than ${second!.name}: `,
    );
    await visit.settled();
    // Drawn only in its two colors: orange for the first class, blue for the second.
    const { pixels, opacities } = await visit.mapOf();
    const strong = [...opacities.keys()].filter(k => opacities[k]! > 200);
    const distances = strong.map(k => {
      const color = pixels.slice(4 * k, 4 * k + 3);
      return Math.min(furthest(color, [213, 94, 0]), furthest(color, [0, 114, 178]));
    });
    // A canvas stores colors multiplied by their opacity, and rounds them.
    expect(Math.max(...distances)).toBeLessThan(3);
    expect(strong.length).toBeGreaterThan(0);
    await page.keyboard.press('ArrowUp');
    await eventually(() => visit.caption()).toContain(`What speaks for ${first!.name}:`);

    await page.locator('#layer').focus();
    await page.keyboard.press('ArrowDown');
    await eventually(() => visit.caption()).toContain('8 × 8 places, the layer layer3');
    await page.locator('#method').focus();
    await page.keyboard.press('End');
    await eventually(() => visit.caption()).toMatch(/whatever the class.*Eigen-CAM of 8 × 8/);
    const opacity = () =>
      visit
        .card()
        .locator('canvas')
        .evaluate(canvas => getComputedStyle(canvas).opacity);
    await page.locator('#opacity').focus();
    await page.keyboard.press('Home');
    expect(await opacity()).toBe('0');
    await page.keyboard.press('ArrowRight');
    expect(await opacity()).toBe('0.05');

    await visit
      .card()
      .getByRole('button', { name: /at full size/ })
      .focus();
    await page.keyboard.press('Enter');
    const shown = page.locator('#full img');
    expect((await shown.boundingBox())!.width).toBe(width);
    await page.keyboard.press('Escape');
    expect(await page.locator('#full').isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Full size');
    await visit.card().getByRole('button', { name: 'Remove Amanita.png' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.card').count()).toBe(0);
    expect(await visit.focused()).toBe('choose');
  });

  test('takes photos that are dropped, pasted, photographed and drawn, side by side', async () => {
    const { photo, page, visit } = at;
    await visit.open();
    await visit.ready();
    const bytes = [...(await readFile(photo))];
    for (const [kind, property] of [
      ['drop', 'dataTransfer'],
      ['paste', 'clipboardData'],
    ] as const) {
      await page.evaluate(
        ([kind, property, bytes]) => {
          const carried = new DataTransfer();
          carried.items.add(
            new File([new Uint8Array(bytes)], `${kind}.png`, { type: 'image/png' }),
          );
          const event = new Event(kind, { bubbles: true, cancelable: true });
          Object.defineProperty(event, property, { value: carried });
          document.body.dispatchEvent(event);
        },
        [kind, property, bytes] as const,
      );
    }
    await page.getByRole('button', { name: 'Take a photograph' }).click();
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByRole('button', { name: 'Draw a mushroom' }).click();
    await visit.settled(4);
    const names = await page.locator('.card h3').allTextContents();
    expect(names.slice(0, 2)).toEqual(['drop.png', 'paste.png']);
    expect(names[2]).toMatch(/^photograph of /);
    expect(names[3]).toMatch(/^drawn \w+ \d+\.png$/);
    // The same photo twice has the same answer twice.
    expect(await visit.sharesOf(1)).toEqual(await visit.sharesOf(0));
    expect(await visit.mapOf(1)).toEqual(await visit.mapOf(0));
    const [left, right] = await Promise.all([
      visit.card(0).boundingBox(),
      visit.card(1).boundingBox(),
    ]);
    expect(right!.y).toBe(left!.y);
    expect(right!.x).toBeGreaterThanOrEqual(left!.x + left!.width);
    await eventually(() => page.locator('#said').textContent()).toMatch(
      /drawn \w+ \d+\.png: (not sure|This does not look|\w+, (above )?\d)/,
    );
  });

  test('lays the map on a photo that its EXIF orientation turns', async () => {
    const { photo, page, visit } = at;
    const upright = await sharp(photo)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const turned = await sharp(photo)
      .rotate(270)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    await visit.open();
    await visit.choose([
      { name: 'upright.jpg', mimeType: 'image/jpeg', buffer: upright },
      { name: 'turned.jpg', mimeType: 'image/jpeg', buffer: turned },
    ]);
    await visit.ready();
    await visit.settled(2);
    const [a, b] = [await visit.mapOf(0), await visit.mapOf(1)];
    expect([a.size, b.size]).toEqual([
      [height, width],
      [height, width],
    ]);
    const apart = a.opacities.reduce((sum, value, k) => sum + Math.abs(value - b.opacities[k]!), 0);
    expect(apart / a.opacities.length / 255).toBeLessThan(0.02);
    const shapes = await page
      .locator('.card img')
      .evaluateAll(images =>
        images.map(each => [
          (each as HTMLImageElement).naturalHeight,
          each.clientWidth > each.clientHeight,
        ]),
      );
    expect(shapes).toEqual([
      [height, true],
      [height, true],
    ]);
  });

  test('is sure when one class alone reaches the threshold, says so when not, and what is like nothing in training', async () => {
    const { site, photo, website, page, visit } = at;
    const file = JSON.parse(await readFile(join(site, 'model/classifier.json'), 'utf8'));
    await visit.open();
    await visit.choose(photo);
    await visit.ready();
    await visit.settled();
    expect(await page.locator('#trained').textContent()).toMatch(
      /^Trained on \d+ drawings \(9 genera of mushrooms\)\. Photographs look different from drawings: do not rely/,
    );
    expect(await page.locator('#title').textContent()).toBe('9 genera of mushrooms');
    expect(await page.locator('#warning').textContent()).toContain(file.caution.text);
    const plain = (await visit.sharesOf()).map(({ share }) => share);
    for (const [threshold, said] of [
      [plain[1]! * 1.01, 'sure'],
      [plain[1]! * 0.99, 'doubt'],
      [1, 'none'],
      [plain[1]! * 1.01, 'unknown'],
    ] as const) {
      const certainty = [{ views: 1, temperature: 1, threshold, coverage: 0.9 }];
      const novelty = { ...file.novelty, ...(said === 'unknown' && { threshold: 0 }) };
      website.faults.replaced.set(
        '/model/classifier.json',
        JSON.stringify({ ...file, certainty, novelty }),
      );
      await page.reload();
      await visit.choose(photo);
      await visit.ready();
      await visit.settled();
      const text = await visit.card().locator('.answer').textContent();
      const [first, second] = await visit.sharesOf();
      const unknown = visit
        .card()
        .getByText('This does not look like anything that the model was trained on.');
      expect(await unknown.isVisible()).toBe(said === 'unknown');
      if (said === 'sure') expect(text).toMatch(new RegExp(`^${first!.name} (above )?\\d+ %`));
      else if (said === 'unknown') expect(text).toMatch(/^The classes below mean little\./);
      else expect(text).toMatch(/^Not sure/);
      if (said === 'doubt') expect(text).toContain(`It may be ${first!.name} or ${second!.name}.`);
      if (said === 'none') expect(text).toContain('it may be none of the 9');
      if (said !== 'unknown') expect(text).toContain('90 %');
    }
    const { caution: _, ...without } = file;
    website.faults.replaced.set('/model/classifier.json', JSON.stringify(without));
    await page.reload();
    await visit.ready();
    expect(await page.locator('#warning').isVisible()).toBe(false);
  });
});
