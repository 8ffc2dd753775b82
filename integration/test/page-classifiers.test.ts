import '@shroom/backend-ort';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClassifierFile,
  openClassifier,
  type Prediction,
  type TrainOptions,
  train,
} from '@shroom/classifier';
import { openPhotos } from '@shroom/data/node';
import { launch, noChromium } from '@shroom-internal/chromium';
import { setBackend } from '@tensorflow/tfjs-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { root, runProgram } from './program';
import { drawnFolder, drawnPhoto, generatedWeights, side } from './small-job';
import { Visit } from './visit';
import { serveFolder, type Website } from './website';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;
const small = { size: side, epochs: 1, views: 1, testViews: 1, kind: 'drawings' } as const;
/** The classifiers that the page has to open. */
const classifiers = {
  best: { architecture: ['resnet18'], recipe: 'best', title: 'Three genera' },
  convnext: { architecture: ['convnext_tiny'], recipe: 'fast' },
  lite: { architecture: ['efficientnet_lite0'], recipe: 'reference' },
  transformer: { architecture: ['vit_tiny_patch16_224'], recipe: 'fast', pooling: 'cls+mean' },
  two: { architecture: ['efficientnet_lite0', 'resnet18'], recipe: 'fast' },
  several: { architecture: ['resnet18'], recipe: 'fast', task: 'multi-label' },
} as const satisfies Record<string, TrainOptions>;
type Name = keyof typeof classifiers;
/** With SHROOM_SLOW=1 all: the engine of the page computes a ConvNeXt for half a minute. */
const names = (Object.keys(classifiers) as Name[]).filter(
  name => name !== 'convnext' || process.env.SHROOM_SLOW,
);

let folder: string;
let photo: string;
let browser: Browser | undefined;
let website: Website | undefined;
let page: Page;
let visit: Visit;
const errors: string[] = [];

beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-page-classifiers-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  await drawnFolder(join(folder, 'photos'), genera, 6);
  photo = join(folder, 'new.jpg');
  await drawnPhoto(photo, 'Boletus', 70);
  const networks = names.flatMap(name => classifiers[name].architecture);
  for (const name of new Set(networks)) await generatedWeights(folder, name);
  browser = noChromium ? undefined : await launch();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  website?.faults.replaced.clear();
  await page?.context().close();
  expect(errors.splice(0)).toEqual([]);
});

/** Drawn photos with one class, or with their own class and the next one. */
async function photosFor(name: Name) {
  const set = await openPhotos(join(folder, 'photos'));
  if (name !== 'several') return set;
  const photos = set.photos.map((each, index) => {
    const both = [each.label, (each.label + 1) % 3].sort((a, b) => a - b);
    return { ...each, labels: index % 6 === 0 ? [] : index % 2 === 0 ? both : [each.label] };
  });
  return { ...set, photos };
}

/** Trains a classifier. The page with it is in the folder `<name>`, as `npm run demo` builds it. */
async function built(name: Name): Promise<void> {
  const options: TrainOptions = classifiers[name];
  const backbone = classifiers[name].architecture.map(each => join(folder, `${each}.safetensors`));
  const out = join(folder, `run-${name}`);
  await train(await photosFor(name), { ...small, ...options, backbone, out });
  const site = join(folder, name);
  if (name === 'best') {
    const demo = ['--model', out, '--no-serve', '--out', site];
    const made = await runProgram(join(root, 'examples/demo.ts'), demo);
    expect(made.code, made.stderr).toBe(0);
    return;
  }
  await cp(join(folder, 'best'), site, {
    recursive: true,
    filter: path => path !== join(folder, 'best', 'model'),
  });
  const classifier = await openClassifier(out);
  await classifier.export('web', join(site, 'model'));
  await classifier.dispose();
}

/** Opens the page, and shows it the photo. @param changed Changes `classifier.json`. */
async function shown(changed: (file: ClassifierFile) => ClassifierFile = file => file) {
  const text = await (await fetch(`${website!.address}model/classifier.json`)).text();
  website!.faults.replaced.set('/model/classifier.json', JSON.stringify(changed(JSON.parse(text))));
  const context = await browser!.newContext({ viewport: { width: 1000, height: 900 } });
  page = await context.newPage();
  page.on('pageerror', error => errors.push(error.message));
  visit = new Visit(page, website!.address);
  await visit.open();
  await visit.choose(photo);
  await visit.ready();
  await visit.settled();
}

const changing =
  (novelty: object, certainty: object = {}) =>
  (file: ClassifierFile) => ({
    ...file,
    novelty: { ...file.novelty!, ...novelty },
    certainty: file.certainty.map(each => ({ ...each, ...certainty })),
  });
const textOf = (selector: string) => page.locator(selector).textContent();

/** The page says that it does not know the photo, and that above the classes. */
async function expectUnknown(): Promise<void> {
  const [above, below] = await Promise.all([
    page.locator('.unknown').boundingBox(),
    page.locator('.classes').boundingBox(),
  ]);
  expect(above!.y + above!.height).toBeLessThanOrEqual(below!.y);
  expect(await textOf('.answer')).toMatch(/^The classes below mean little\./);
}

describe.skipIf(noChromium).each(names)('the page with %s', name => {
  let file: ClassifierFile;
  /** The answer that Node gives. */
  let said: Prediction;
  beforeAll(async () => {
    await built(name);
    const classifier = await openClassifier(join(folder, name, 'model'));
    [said] = (await classifier.predict(photo, { views: 1 })) as [Prediction];
    ({ file } = classifier);
    await classifier.dispose();
    website = await serveFolder(join(folder, name));
  });
  afterAll(() => website?.close());

  test('says what it was trained on, answers as Node does, and draws a map of every layer', async () => {
    const { leftOut: _, ...measured } = file.novelty!;
    const isMeasured = name !== 'several';
    await shown(each => ({
      ...each,
      extractors: each.extractors.map(network => ({ ...network, trainedIn: 'int8' })),
      novelty: { ...measured, threshold: 2, ...(isMeasured && { leftOut: [0.25, 1, 0.004] }) },
    }));
    expect(await textOf('#title')).toBe(file.title);
    expect(await textOf('#trained')).toMatch(
      /^Trained on \d+ drawings .*in int8, and computes in 32 bits.*do not rely/,
    );
    for (const { name, share } of await visit.sharesOf())
      expect(share).toBeCloseTo(said.probabilities[name]!, 3);

    expect(await page.locator('#left-out').isVisible()).toBe(isMeasured);
    if (isMeasured) {
      expect(await textOf('#left-out-summary')).toContain(
        'it recognizes below 1 % to 100 %, depending on the class, as unknown',
      );
      const rows = page.locator('#left-out-shares li');
      expect(await rows.first().isVisible()).toBe(false);
      await page.locator('#left-out-summary').click();
      expect(await rows.first().isVisible()).toBe(true);
      expect(await rows.allTextContents()).toEqual([
        'Russulabelow 1 %',
        'Amanita25 %',
        'Boletus100 %',
      ]);
    }

    const layers = await page.locator('#layer option').allTextContents();
    const networks = file.extractors.map(({ architecture }) => architecture);
    expect(layers.filter(text => text.includes(', the last'))).toHaveLength(networks.length);
    expect(new Set(layers).size).toBe(layers.length);
    if (networks.length > 1) {
      const of = layers.map(text => / of (\w+)$/.exec(text)![1]);
      expect([...new Set(of)]).toEqual(networks);
    }
    const maps = new Set<string>();
    for (const index of layers.keys()) {
      await page.locator('#layer').selectOption({ index });
      await visit.settled();
      expect(await page.locator('.card .problem').allTextContents()).toEqual(['']);
      expect(await visit.caption()).toMatch(/Grad-CAM of \d+ × \d+ places/);
      maps.add(`${(await visit.mapOf()).opacities}`);
    }
    expect(maps.size).toBeGreaterThan(1);
  });

  if (name === 'best')
    test('says above the classes that it does not know the photo', async () => {
      await shown(changing({ threshold: 0 }));
      await expectUnknown();
      expect(await textOf('#trained')).not.toContain('int8');
      expect(await textOf('.answer')).toContain('If it is one of them after all');
    });

  if (name === 'several')
    test('lists the classes that are present: several, none, or not known', async () => {
      await shown(changing({ threshold: 2 }, { threshold: 0, thresholds: [0, 1, 0] }));
      expect(await textOf('.verdict')).toMatch(/^(Amanita and Russula|Russula and Amanita)$/);
      expect(await textOf('.answer')).toContain('Not sure. It may also have Boletus.');
      expect(await page.locator('.classes em').count()).toBe(2);
      await page.context().close();
      await shown(changing({ threshold: 2 }, { threshold: 1, thresholds: [1, 1, 1] }));
      expect(await textOf('.verdict')).toBe('None of the 3 classes');
      expect(await page.locator('.unsure').count()).toBe(0);
      expect(await page.locator('.classes em').count()).toBe(0);
      await page.context().close();
      await shown(changing({ threshold: 0 }));
      await expectUnknown();
      expect(await textOf('.answer')).toContain('If it has any of them after all');
    });
});

test.skipIf(noChromium)('the file of a run says what was measured of each class', async () => {
  const text = await readFile(join(folder, 'run-best', 'classifier.json'), 'utf8');
  const { novelty, classes }: ClassifierFile = JSON.parse(text);
  expect(novelty!.leftOut).toHaveLength(classes.length);
});
