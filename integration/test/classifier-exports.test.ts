import '@shroom/backend-ort';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  AutoModelForImageClassification,
  env,
  Tensor as PixelValues,
  pipeline,
} from '@huggingface/transformers';
import {
  type Classifier,
  type ClassifierFile,
  listExportForms,
  openClassifier,
  RunFolderError,
  registerExportForm,
  UnsupportedExportError,
} from '@shroom/classifier';
import { randomStream } from '@shroom/data';
import { readSafetensors } from '@shroom/models';
import { bundle, launch, noChromium, type Page, type Site, serve } from '@shroom-internal/chromium';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  apart,
  channelsFirst,
  drawPhotos,
  probabilitiesOf,
  seenBy,
  trainedRun,
} from './exported-runs';
import { drawnPhoto, side } from './small-job';

/** The licenses as others may read them: of files of weights only the names. */
const published = (licenses: ClassifierFile['licenses']) =>
  licenses.map(({ of, license }) => ({ of: basename(of), license }));

let folder: string;
let photos: string[];
let site: Site | undefined;
let browser: Browser | undefined;
/** A page with TensorFlow.js alone, and one with this project. */
let page: Page;
let ownPage: Page;

beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-exports-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  env.localModelPath = folder;
  env.allowRemoteModels = false;
  await drawPhotos(folder);
  photos = ['Amanita', 'Boletus', 'Russula'].map(genus => join(folder, `new-${genus}.jpg`));
  for (const [seed, photo] of photos.entries())
    await drawnPhoto(photo, (['Amanita', 'Boletus', 'Russula'] as const)[seed]!, 70 + seed);
  // Generated weights see little difference between drawings, and more between a drawing and noise.
  photos.push(await noisePhoto(join(folder, 'noise.png')));
  if (noChromium) return;
  const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const scripts = await Promise.all([
    bundle(new URL('./classifier-exports-page.ts', import.meta.url)),
    bundle(new URL('./classifier-zip-page.ts', import.meta.url)),
  ]);
  site = await serve(path => {
    const [, number, ending] = /^\/(\d)(\.js)?$/.exec(path) ?? [];
    if (ending) return scripts[Number(number)];
    if (number) return `<!doctype html><script type="module" src="/${number}.js"></script>`;
    if (path.startsWith('/wasm/')) return readFile(join(wasm, path.slice('/wasm/'.length)));
    return readFile(join(folder, path));
  });
  browser = await launch();
  [page, ownPage] = await Promise.all([browser.newPage(), browser.newPage()]);
  await Promise.all([page, ownPage].map((each, index) => each.goto(`${site!.url}${index}`)));
  await page.waitForFunction('window.probabilitiesOf');
  await ownPage.waitForFunction('window.zipAnswers');
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Rounding of engines and of folded batch norms. */
const mostRounding = 1e-4;

/** Largest difference between two photos in the probability of a class. @param answers Rows of three classes. */
function range(answers: readonly number[]): number {
  const ranges = [0, 1, 2].map(k => {
    const own = answers.filter((_, index) => index % 3 === k);
    return Math.max(...own) - Math.min(...own);
  });
  return Math.max(...ranges);
}

/** A picture of random colors. @returns Its path. */
async function noisePhoto(path: string): Promise<string> {
  const random = randomStream('noise');
  const data = Uint8Array.from({ length: side * side * 3 }, () => random.between(0, 256));
  const raw = { width: side, height: side, channels: 3 } as const;
  await sharp(data, { raw }).png().toFile(path);
  return path;
}

/** The softmax of rows of three logits. */
function softmax(logits: Float32Array): number[] {
  const powers = Array.from(logits, Math.exp);
  return powers.map((power, k) => {
    const row = powers.slice(3 * Math.floor(k / 3), 3 * Math.floor(k / 3) + 3);
    return power / row.reduce((sum, value) => sum + value, 0);
  });
}

/** What ONNX Runtime computes from images `[N, H, W, 3]`. */
async function onnxAnswers(file: string, images: Float32Array): Promise<number[]> {
  const session = await InferenceSession.create(file);
  const shape = [images.length / (3 * side * side), 3, side, side];
  const { probabilities } = await session.run({
    images: new Tensor('float32', channelsFirst(images), shape),
  });
  await session.release();
  return [...(probabilities!.data as Float32Array)];
}

const modelTypes = {
  resnet18: 'resnet',
  resnet50: 'resnet',
  convnext_tiny: 'convnext',
  efficientnet_lite0: 'efficientnet',
  mobilenet_v2: 'mobilenet_v2',
  vit_tiny_patch16_224: 'vit',
} as const;

/** timm's name of a network and of its first convolution. */
const inTimm = {
  resnet18: ['resnet18', 'conv1'],
  resnet50: ['resnet50', 'conv1'],
  convnext_tiny: ['convnext_tiny', 'stem.0'],
  efficientnet_lite0: ['tf_efficientnet_lite0', 'conv_stem'],
  mobilenet_v2: ['mobilenetv2_100', 'conv_stem'],
  vit_tiny_patch16_224: ['vit_tiny_patch16_224', 'patch_embed.proj'],
} as const;

/** Each network once, each recipe with one of them, and what has several networks or several classes. */
const classifiers = [
  ['convnext_tiny, reference', { networks: ['convnext_tiny'], recipe: 'reference' }],
  ['efficientnet_lite0, best', { networks: ['efficientnet_lite0'], recipe: 'best' }],
  ['mobilenet_v2, best', { networks: ['mobilenet_v2'], recipe: 'best' }],
  ['vit_tiny_patch16_224, best', { networks: ['vit_tiny_patch16_224'], recipe: 'best' }],
  ['two networks', { networks: ['resnet18', 'convnext_tiny'], recipe: 'best' }],
  ['several classes', { networks: ['resnet18'], recipe: 'best', several: true }],
] as const;
/** The other pairs of network and recipe, with SHROOM_SLOW=1. */
const pairs = [
  ['resnet50, best', { networks: ['resnet50'], recipe: 'best' }],
  ['resnet50, reference', { networks: ['resnet50'], recipe: 'reference' }],
  ['convnext_tiny, best', { networks: ['convnext_tiny'], recipe: 'best' }],
  ['vit_tiny_patch16_224, reference', { networks: ['vit_tiny_patch16_224'], recipe: 'reference' }],
] as const;

describe.each([...classifiers, ...(process.env.SHROOM_SLOW ? pairs : [])])(
  '%s',
  (name, options) => {
    let classifier: Classifier;
    let images: Float32Array;
    let expected: readonly number[];
    let to: string;
    /** A tenth of what tells photos apart, and at most the rounding. */
    let bound: number;
    beforeAll(async () => {
      const run = await trainedRun(folder, options);
      ({ classifier, images, probabilities: expected } = await seenBy(run, photos));
      bound = Math.min(mostRounding, range(expected) / 10);
      to = join(folder, name.replaceAll(/\W+/g, '-'));
    });
    afterAll(() => classifier.dispose());

    test('the classifier tells the photos apart, so that equal answers mean something', () => {
      expect(range(expected)).toBeGreaterThan(2e-4);
    });

    test('onnx answers as predict does', async () => {
      const before = memory().numTensors;
      const file = join(to, 'classifier.onnx');
      const { folder: where, files } = await classifier.export('onnx', file);
      expect(memory().numTensors).toBe(before);
      expect([where, files[0]!.path]).toEqual([to, 'classifier.onnx']);
      expect(apart(await onnxAnswers(file, images), expected)).toBeLessThan(bound);
      const bytes = await readFile(file);
      for (const { license } of classifier.file.licenses)
        expect(bytes.includes(`"license":${JSON.stringify(license)}`)).toBe(true);
      expect(bytes.includes(JSON.stringify(classifier.classes))).toBe(true);
    });

    // A model above 2 GB is written in this way.
    test.runIf(name === 'vit_tiny_patch16_224, best')(
      'onnx and transformers with their weights in a file beside answer as predict does',
      async () => {
        const file = join(to, 'large.onnx');
        const { files } = await classifier.export('onnx', file, { dataAbove: 0 });
        const sizeOf = async (path: string) => (await readFile(join(to, path))).length;
        const [onnx, data] = [await sizeOf('large.onnx'), await sizeOf('large.onnx.data')];
        expect(files).toEqual([
          { path: 'large.onnx', bytes: onnx },
          { path: 'large.onnx.data', bytes: data },
        ]);
        expect(onnx / data).toBeLessThan(0.03);
        expect(apart(await onnxAnswers(file, images), expected)).toBeLessThan(bound);
        await classifier.export('onnx', file);
        expect(await readdir(to)).not.toContain('large.onnx.data');
        expect(apart(await onnxAnswers(file, images), expected)).toBeLessThan(bound);

        const place = join(to, 'large');
        await classifier.export('transformers', place, { dataAbove: 0 });
        expect((await readdir(join(place, 'onnx'))).sort()).toEqual([
          'model.onnx',
          'model.onnx_data',
        ]);
        const at = place.slice(folder.length + 1);
        const model = await AutoModelForImageClassification.from_pretrained(at);
        const shape = [photos.length, 3, side, side];
        const pixels = new PixelValues('float32', channelsFirst(images), shape);
        const { logits } = await model({ pixel_values: pixels });
        await model.dispose();
        expect(apart(softmax(logits.data as Float32Array), expected)).toBeLessThan(bound);
      },
    );

    test('tfjs answers as predict does, in Chromium with plain TensorFlow.js', async () => {
      const before = memory().numTensors;
      await classifier.export('tfjs', join(to, 'tfjs'));
      expect(memory().numTensors).toBe(before);
      const { userDefinedMetadata: facts } = JSON.parse(
        await readFile(join(to, 'tfjs/model.json'), 'utf8'),
      );
      expect(facts).toMatchObject({ classes: classifier.classes, views: 1 });
      expect(facts.licenses).toEqual(published(classifier.file.licenses));
      if (noChromium) return;
      const found = await page.evaluate(
        ([address, values, shape]) => window.probabilitiesOf(address, values, shape),
        [
          `${to.slice(folder.length)}/tfjs/model.json`,
          [...images],
          [photos.length, side, side, 3] as [number, number, number, number],
        ] as const,
      );
      expect(apart(found, expected)).toBeLessThan(bound);
    });

    test('zip is one file that answers as the run does', async () => {
      const file = join(to, 'classifier.zip');
      const { files, change } = await classifier.export('zip', file, { photos });
      expect(change).toBeLessThan(1e-3);
      expect(files).toEqual([{ path: 'classifier.zip', bytes: (await readFile(file)).length }]);
      expect(await readdir(to)).not.toContainEqual(expect.stringContaining('.part'));
      const again = await openClassifier(file);
      expect(apart(await probabilitiesOf(again, photos, 1), expected)).toBeLessThan(bound);
      await again.dispose();
      // How a zip is opened does not depend on the network: one of the smallest shows it.
      const isShown = 'several' in options || process.env.SHROOM_SLOW;
      if (noChromium || !isShown) return;
      const address = file.slice(folder.length);
      const bytes = await Promise.all(photos.map(async photo => [...(await readFile(photo))]));
      const inBrowser = (from: 'file' | 'address') =>
        ownPage.evaluate(args => window.zipAnswers(...args), [address, bytes, from] as const);
      expect(apart(await inBrowser('file'), expected)).toBeLessThan(bound);
      if (!('several' in options)) return;
      expect(apart(await inBrowser('address'), expected)).toBeLessThan(bound);
      expect(await ownPage.evaluate(address => window.zipRefusals(address), address)).toEqual([
        expect.stringMatching(/^ClassifierFileError: no\.zip: it is not a whole zip archive/),
        expect.stringMatching(/^ClassifierFileError: .* is damaged/),
      ]);
    });

    test('transformers has what transformers.js reads, with equal answers for equal pixel_values', async () => {
      const place = join(to, 'transformers');
      await classifier.export('transformers', place);
      const read = async (path: string) => JSON.parse(await readFile(join(place, path), 'utf8'));
      const { id2label, model_type: type, problem_type: problem } = await read('config.json');
      expect(Object.values(id2label)).toEqual(classifier.classes);
      expect(type).toBe(modelTypes[options.networks[0]]);
      const several = 'several' in options;
      expect(problem).toBe(`${several ? 'multi' : 'single'}_label_classification`);
      expect((await read('preprocessor_config.json')).size).toEqual({ height: side, width: side });
      const at = place.slice(folder.length + 1);
      const model = await AutoModelForImageClassification.from_pretrained(at);
      const shape = [photos.length, 3, side, side];
      const pixels = new PixelValues('float32', channelsFirst(images), shape);
      const { logits } = await model({ pixel_values: pixels });
      await model.dispose();
      const values = [...(logits.data as Float32Array)];
      const rows = photos.map((_, k) => values.slice(3 * k, 3 * k + 3).map(Math.exp));
      const found = rows.flatMap(row => {
        const sum = row.reduce((total, value) => total + value, 0);
        return row.map(value => value / (several ? 1 + value : sum));
      });
      expect(apart(found, expected)).toBeLessThan(bound);
      await expect(
        classifier.export('transformers', place, { views: 2 } as object),
      ).rejects.toThrow(UnsupportedExportError);
    });

    test('timm has the weights under its own names, or it is an error that says why', async () => {
      const place = join(to, 'timm');
      if (options.networks.length > 1) {
        await expect(classifier.export('timm', place)).rejects.toThrow(/2 networks.*as onnx/);
        return;
      }
      await classifier.export('timm', place);
      const config = JSON.parse(await readFile(join(place, 'config.json'), 'utf8'));
      const [architecture, first] = inTimm[options.networks[0]];
      expect(config).toMatchObject({ architecture, num_classes: 0 });
      expect(config.shroom.licenses).toEqual(published(classifier.file.licenses));
      const { checkpoint, metadata } = readSafetensors(
        await readFile(join(place, 'model.safetensors')),
      );
      expect(metadata).toEqual({ format: 'pt' });
      expect(checkpoint.get(`${first}.weight`)!.shape[1]).toBe(3);
    });
  },
);

test('the pipeline of transformers.js makes the same image of a photo, and says the same', async () => {
  const run = await trainedRun(folder, { networks: ['resnet18'], recipe: 'best' });
  const { classifier } = await seenBy(run, photos);
  await classifier.export('transformers', join(folder, 'piped'));
  // The example in the folder opens this folder.
  expect(await readFile(join(folder, 'piped/README.md'), 'utf8')).toContain(
    'await pipeline(\'image-classification\', "piped")',
  );
  const classify = await pipeline('image-classification', 'piped');
  // At the size of the model, nothing is resized: transformers.js would do that in another way.
  const photo = join(folder, 'small.png');
  await sharp(photos[0]!).resize(side, side).png().toFile(photo);
  const [answer] = await classifier.predict(photo, { views: 1 });
  const found = await classify(photo, { top_k: 3 });
  for (const { label, score } of found.flat())
    expect(score).toBeCloseTo(answer!.probabilities[label]!, 4);
  await classify.dispose();
  await classifier.dispose();
});

describe('an answer from several views', () => {
  test.each([
    ['several classes', { networks: ['resnet18'], recipe: 'best', several: true }],
    ['one class', { networks: ['resnet18'], recipe: 'best' }],
  ] as const)('%s: onnx and tfjs average the views as predict does', async (_, options) => {
    const run = await trainedRun(folder, options);
    const { classifier, images } = await seenBy(run, photos);
    // The second view of a photo is its mirror image.
    const size = 3 * side * side;
    const views = new Float32Array(2 * images.length);
    for (let k = 0; k < images.length; k++) {
      const [photo, place] = [Math.floor(k / size), k % size];
      const [row, column, channel] = [
        Math.floor(place / (3 * side)),
        Math.floor(place / 3) % side,
        place % 3,
      ];
      views[2 * photo * size + place] = images[k]!;
      views[(2 * photo + 1) * size + (row * side + side - 1 - column) * 3 + channel] = images[k]!;
    }
    const expected = await probabilitiesOf(classifier, photos, 2);
    const to = join(folder, 'views');
    await classifier.export('onnx', join(to, 'two.onnx'), { views: 2 });
    const found = await onnxAnswers(join(to, 'two.onnx'), views);
    expect(apart(found, expected)).toBeLessThan(Math.min(mostRounding, range(expected) / 10));
    await classifier.export('tfjs', join(to, 'tfjs'), { views: 2 });
    if (!noChromium) {
      const found = await page.evaluate(
        ([values, shape]) => window.probabilitiesOf('/views/tfjs/model.json', values, shape),
        [
          [...views],
          [2 * photos.length, side, side, 3] as [number, number, number, number],
        ] as const,
      );
      expect(apart(found, expected)).toBeLessThan(Math.min(mostRounding, range(expected) / 10));
    }
    await expect(classifier.export('onnx', join(to, 'x.onnx'), { views: 3 })).rejects.toThrow(
      /3 views.*take 1 or 2/,
    );
    await classifier.dispose();
  });
});

describe('a destination', () => {
  let classifier: Classifier;
  beforeAll(async () => {
    classifier = await openClassifier(
      await trainedRun(folder, { networks: ['resnet18'], recipe: 'best' }),
    );
  });
  afterAll(() => classifier.dispose());

  test('is replaced if it is an earlier export, and otherwise kept', async () => {
    const place = join(folder, 'kept');
    await classifier.export('tfjs', place);
    const before = await readdir(place);
    await classifier.export('tfjs', place, { weights: 'float16' });
    expect((await readdir(place)).length).toBeLessThan(before.length);
    for (const form of ['transformers', 'timm'])
      await expect(classifier.export(form, place)).rejects.toThrow(RunFolderError);
    const own = join(folder, 'own');
    await mkdir(own);
    await writeFile(join(own, 'thesis.txt'), 'mine');
    await expect(classifier.export('tfjs', own)).rejects.toThrow(/thesis\.txt/);
    expect(await readdir(own)).toEqual(['thesis.txt']);
  });

  test('is written by a form of your own, and an unknown form is refused', async () => {
    registerExportForm('names', async ({ file }, destination) => {
      await writeFile(destination, file.classes.join());
      return { folder: dirname(destination), files: [] };
    });
    expect(listExportForms()).toEqual([
      ...['web', 'zip', 'onnx', 'tfjs', 'transformers', 'timm', 'names'],
    ]);
    await classifier.export('names', join(folder, 'names.txt'));
    expect(await readFile(join(folder, 'names.txt'), 'utf8')).toBe('Amanita,Boletus,Russula');
    await expect(classifier.export('keras', folder)).rejects.toThrow(
      /no form of export 'keras'; there are web, zip/,
    );
    expect(() => registerExportForm('onnx', async () => ({ folder, files: [] }))).toThrow(
      RangeError,
    );
  });
});
