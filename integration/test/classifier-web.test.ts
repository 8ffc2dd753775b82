import '@shroom/backend-ort';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  type Classifier,
  type ClassifierFile,
  openClassifier,
  type Prediction,
  RunFolderError,
  train,
  type WebExport,
} from '@shroom/classifier';
import { bundle, launch, noChromium, type Page, type Site, serve } from '@shroom-internal/chromium';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawnFolder, drawnPhoto, generatedWeights, type SmallNetwork, side } from './small-job';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;
let folder: string;
let photos: string[];
let site: Site | undefined;
let browser: Browser | undefined;
let page: Page;
/** Files that are other ones, by their path. */
const replaced = new Map<string, string | Uint8Array>();

beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-web-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  await drawnFolder(join(folder, 'photos'), genera, 6);
  photos = genera.map(genus => join(folder, `new-${genus}.jpg`));
  for (const [index, genus] of genera.entries()) await drawnPhoto(photos[index]!, genus, 70);
  if (noChromium) return;
  const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const script = await bundle(new URL('./classifier-web-page.ts', import.meta.url));
  site = await serve(path => {
    if (path === '/') return '<!doctype html><script type="module" src="/page.js"></script>';
    if (path === '/page.js') return script;
    if (path.startsWith('/wasm/')) return readFile(join(wasm, path.slice('/wasm/'.length)));
    return replaced.get(path) ?? readFile(join(folder, path));
  });
  browser = await launch();
  page = await browser.newPage();
  await page.goto(site.url);
  await page.waitForFunction('window.answersOf && window.refusalOf');
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await rm(folder, { recursive: true, force: true });
});

const small = { size: side, epochs: 1, views: 1, testViews: 2, kind: 'drawings' } as const;
interface Trained {
  readonly backbone: readonly SmallNetwork[];
  readonly recipe: 'best' | 'reference' | 'fast';
}

/** The run of each export. */
const runOf: Record<string, string> = {};
const trainings = new Map<string, Promise<void>>();

/** Trains, where that was not done yet, writes for the web, and gives what Node says of the photos. */
async function exported(name: string, options: Trained, weights: 'float16' | 'float32') {
  const run = join(folder, [...options.backbone, options.recipe].join('-'));
  runOf[name] = run;
  const training = trainings.get(run) ?? trained(run, options);
  trainings.set(run, training);
  await training;
  const classifier = await openClassifier(run);
  const web = await classifier.export('web', join(folder, name), { weights, photos });
  const said = await saidBy(classifier);
  await classifier.dispose();
  return { web, said };
}

async function trained(out: string, { backbone: architecture, recipe }: Trained): Promise<void> {
  const backbone: string[] = [];
  for (const name of architecture) backbone.push(await generatedWeights(folder, name));
  await train(join(folder, 'photos'), {
    ...{ ...small, recipe, backbone, out },
    architecture: [...architecture],
  });
}

async function saidBy(classifier: Classifier) {
  const predictions = await classifier.predict(photos);
  const [plain] = await classifier.predict(photos[0]!, { views: 1 });
  const [why] = await classifier.explain(photos[0]!);
  return { predictions, plain: plain!, map: [...why!.map.values], explained: why!.explained };
}

const apart = (found: readonly number[], expected: readonly number[]): number =>
  Math.max(...expected.map((value, k) => Math.abs(found[k]! - value)));

/** The largest difference of two answers, in probabilities and novelty. */
function differences(found: readonly Prediction[], expected: readonly Prediction[]) {
  expect(found).toHaveLength(expected.length);
  const probabilities = found.map((each, index) =>
    apart(Object.values(each.probabilities), Object.values(expected[index]!.probabilities)),
  );
  const novelty = found.map((each, index) => Math.abs(each.novelty! - expected[index]!.novelty!));
  return { probabilities: Math.max(...probabilities), novelty: Math.max(...novelty) };
}

/** Of engines. */
const [bound, mapBound] = [1e-4, 5e-3];
/** Of folding and rounding. The weights are waves that nearly cancel out; those of a trained network move a hundredth of that. */
const roundingBounds = { float32: 1e-4, float16: 5e-2 } as const;

/** A ConvNeXt alone, with SHROOM_SLOW=1: it is also one of the two networks. */
const alone = [['convnext', ['convnext_tiny'], 'fast', 'float32']] as const;

describe.each([
  ['best', ['resnet18'], 'best', 'float32'],
  ['halved', ['resnet18'], 'best', 'float16'],
  ['reference', ['resnet18'], 'reference', 'float32'],
  ...(process.env.SHROOM_SLOW ? alone : []),
  ['lite', ['efficientnet_lite0'], 'best', 'float32'],
  ['transformer', ['vit_tiny_patch16_224'], 'best', 'float32'],
  ['two', ['resnet18', 'convnext_tiny'], 'best', 'float16'],
] as const)(
  '%s: %s, trained with the recipe %s, written in %s',
  (name, networks, recipe, weights) => {
    let web: WebExport;
    let said: Awaited<ReturnType<typeof saidBy>>;
    /** What Node says with the exported folder. */
    let again: Awaited<ReturnType<typeof saidBy>>;
    beforeAll(async () => {
      ({ web, said } = await exported(name, { backbone: networks, recipe }, weights));
    });

    test('answers alike in Node, from the folder alone', async () => {
      const before = memory().numTensors;
      const classifier = await openClassifier(web.folder);
      again = await saidBy(classifier);
      await classifier.dispose();
      expect(memory().numTensors).toBe(before);
      const { probabilities, novelty } = differences(again.predictions, said.predictions);
      expect(probabilities).toBeLessThan(roundingBounds[weights]);
      expect(novelty).toBeLessThan(roundingBounds[weights]);
      expect(classifier.file.change!.share).toBe(web.change);
      // These logits are near 0: how they are rounded is much of them.
      if (weights === 'float32') expect(web.change).toBeLessThan(1e-3);
      // Where the weights were on this machine is nobody's business.
      expect(await readFile(join(web.folder, 'classifier.json'), 'utf8')).not.toContain(folder);
      const listed = web.files.map(({ path }) => path);
      const there = await readdir(web.folder, { recursive: true });
      expect(there.filter(path => /\./.test(path)).sort()).toEqual([...listed].sort());
    });

    test.skipIf(noChromium)('answers alike in a browser', async () => {
      const bytes = await Promise.all(photos.map(async path => [...(await readFile(path))]));
      const found = await page.evaluate(([at, files]) => window.answersOf(at, files), [
        name,
        bytes,
      ] as const);
      const { probabilities, novelty } = differences(found.predictions, again.predictions);
      expect(probabilities).toBeLessThan(bound);
      expect(novelty).toBeLessThan(bound);
      for (const [index, { known, sure, fits }] of again.predictions.entries())
        expect(found.predictions[index]).toMatchObject({
          photo: `${index}.jpg`,
          known,
          sure,
          fits,
        });
      const plain = differences([found.plain, found.others[0]!], [again.plain, again.plain]);
      expect(plain.probabilities).toBeLessThan(bound);
      // The browser's own decoder made the bitmap.
      expect(found.others[1]!.class).toBe(again.plain.class);
      expect(found.explained).toBe(again.explained);
      const largest = Math.max(...again.map);
      expect(apart(found.map, again.map) / (largest || 1)).toBeLessThan(mapBound);
      expect(found.looked).toEqual(found.map);
      expect(found.left).toBe(0);
      expect(found.fetched).toBe(web.files.length);
      const [done, total] = found.progress;
      expect(done).toBe(total);
    });
  },
);

test('an export replaces an earlier one, and never a run', async () => {
  const classifier = await openClassifier(join(folder, 'best'));
  const to = join(folder, 'again');
  await classifier.export('web', to);
  await classifier.export('web', to, { weights: 'float16' });
  const { extractors } = (await openFile(to)) as ClassifierFile;
  expect(extractors[0]!.precision).toBe('float16');
  expect(extractors[0]!.weights.origin).toMatch(/resnet18\.safetensors$/);
  expect((await readdir(to)).length).toBe(2);
  await expect(classifier.export('web', runOf.best!)).rejects.toThrow(RunFolderError);
  await classifier.dispose();
});

const openFile = async (place: string): Promise<unknown> =>
  JSON.parse(await readFile(join(place, 'classifier.json'), 'utf8'));

describe.skipIf(noChromium)('a browser refuses', () => {
  const refusal = (path: string, body: string | Uint8Array, at = 'best') => {
    replaced.set(path, body);
    return page.evaluate(place => window.refusalOf(place), at).finally(() => replaced.delete(path));
  };

  test.each<[string, (file: ClassifierFile) => unknown, RegExp]>([
    [
      'a temperature of 0',
      file => ({ ...file, certainty: file.certainty.map(each => ({ ...each, temperature: 0 })) }),
      /certainty\.0\.temperature/,
    ],
    [
      'a size of 1e9',
      file => {
        const [first] = file.extractors;
        const preprocessing = { ...first!.preprocessing, size: [1e9, 1e9] };
        return { ...file, extractors: [{ ...first, preprocessing }] };
      },
      /size/,
    ],
    [
      'a class twice',
      file => ({ ...file, classes: file.classes.map(() => 'same') }),
      /no name twice/,
    ],
  ])('%s', async (_, changed, message) => {
    const file = (await openFile(join(folder, 'best'))) as ClassifierFile;
    const said = await refusal('/best/classifier.json', JSON.stringify(changed(file)));
    expect(said).toMatch(/^ClassifierFileError: http/);
    expect(said).toMatch(message);
  });

  test('damaged, missing and shortened files, and a run whose weights are a path of another machine', async () => {
    const { head, novelty, extractors } = (await openFile(join(folder, 'best'))) as ClassifierFile;
    for (const { path } of [head, novelty!, extractors[0]!.weights.shards![1]!]) {
      const bytes = new Uint8Array(await readFile(join(folder, 'best', path)));
      bytes[bytes.length >> 1]! ^= 1;
      const place = `/best/${path}`;
      expect(await refusal(place, bytes)).toMatch(
        new RegExp(`^ClassifierFileError: http.*${path}: it is damaged`),
      );
      expect(await refusal(place, bytes.subarray(9))).toMatch(/^ClassifierFileError.*came damaged/);
    }
    expect(await refusal('/x', '', 'none')).toMatch(
      /^ClassifierFileError.*does not have it \(404\)/,
    );
    expect(await refusal('/x', '', basename(runOf.best!))).toMatch(
      /^ClassifierFileError.*export\('web'/,
    );
  });
});
