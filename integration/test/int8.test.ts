import '@tensorflow/tfjs-backend-cpu';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ClassifierFileError,
  compareRuns,
  EngineLimitError,
  finetune,
  mergeShards,
  openClassifier,
  PlanError,
  type Prediction,
  planShards,
  type TrainOptions,
  train,
  UnsupportedNetworkError,
  workShard,
} from '@shroom/classifier';
import { openClassifier as openInBrowser } from '@shroom/classifier/browser';
import { serve } from '@shroom/classifier/server';
import { architectures, checkpointOf, registerArchitecture } from '@shroom/models';
import { writeSafetensors } from '@shroom/models/node';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Outcome, outcomeOf, root } from './program';
import { drawnFolder, side } from './small-job';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;
const program = join(root, 'packages/classifier/dist/command/shroom.js');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-int8-'));
  vi.stubEnv('SHROOM_CACHE', join(folder, 'cache'));
  await drawnFolder(join(folder, 'photos'), genera, 12);
  await randomWeights(join(folder, 'resnet18.safetensors'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** Writes a ResNet18 with random weights, the same in every process. Unlike those of sine waves, its features do not cancel out. */
async function randomWeights(file: string): Promise<void> {
  const { build, dialects } = architectures.resnet18;
  const network = build({ inputSize: [side, side] });
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  for (const weight of network.weights) {
    const shape = weight.shape as number[];
    if (shape.length < 2) continue;
    const size = shape.reduce((product, each) => product * each, 1);
    const scale = Math.sqrt(6 / (size / shape.at(-1)!));
    const values = Float32Array.from({ length: size }, () => random() * scale);
    tidy(() => {
      weight.write(tensor(values, shape));
    });
  }
  await writeSafetensors(file, checkpointOf(network, dialects[0]));
  network.dispose();
}

/** Runs the built command in a process of its own. */
const shroom = (args: readonly string[]): Promise<Outcome> =>
  outcomeOf(spawn(process.execPath, [program, ...args], { cwd: folder }));

const small = {
  ...{ size: side, views: 1, testViews: 1, epochs: 20, batch: 8, lr: 0.01 },
  engine: 'ort',
} as const;

const optionsOf = (out: string): TrainOptions => ({
  ...{ ...small, backbone: join(folder, 'resnet18.safetensors'), architecture: 'resnet18' },
  out: join(folder, out),
});

/** Begins a training, and stops it before features are computed. @returns The notices, and the number of features that are missing. */
async function begun(out: string, options: TrainOptions) {
  const stop = new AbortController();
  const notices: string[] = [];
  let missing: number | undefined;
  const training = train(join(folder, 'photos'), {
    ...{ ...optionsOf(out), ...options, signal: stop.signal },
    onEvent: event => {
      if (event.kind === 'notice') notices.push(event.text);
      if (event.kind !== 'plan') return;
      missing = event.plan.missing;
      stop.abort();
    },
  });
  const error = await training.catch(reason => reason);
  if (error?.name !== 'AbortError') throw error;
  return { notices, missing };
}

const json = async (...path: readonly string[]) =>
  JSON.parse(await readFile(join(folder, ...path), 'utf8'));

async function answersOf(
  run: string,
  engine: 'ort' | 'wasm' = 'ort',
  photos = 'photos',
): Promise<Prediction[]> {
  const classifier = await openClassifier(join(folder, run), { engine });
  const answers = await classifier.predict(join(folder, photos));
  await classifier.dispose();
  return answers;
}

type Answer = Pick<Prediction, 'probabilities'>;

/** The largest difference between probabilities. */
const apart = (found: readonly Answer[], expected: readonly Answer[]): number =>
  Math.max(
    ...expected.flatMap(({ probabilities }, index) =>
      Object.entries(probabilities).map(([name, value]) =>
        Math.abs(value - found[index]!.probabilities[name]!),
      ),
    ),
  );

describe('a classifier in int8', () => {
  let answers: Prediction[];
  beforeAll(async () => {
    await train(join(folder, 'photos'), optionsOf('plain'));
    const { code, stderr } = await shroom([
      ...['train', 'photos', '--backbone', 'resnet18.safetensors', '--architecture', 'resnet18'],
      ...['--size', `${side}`, '--views', '1', '--test-views', '1', '--epochs', '20'],
      ...['--batch', '8', '--lr', '0.01'],
      ...['--out', 'run', '--precision', 'int8', '--engine', 'ort'],
    ]);
    expect(code, stderr).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/resnet18 .*second order, in int8/);
  }, 180_000);

  test('says so in its files', async () => {
    const { version, extractors, ranges } = await json('run', 'classifier.json');
    expect(version).toBe(2);
    expect(extractors[0]).toMatchObject({ computes: 'int8', precision: 'float32' });
    expect(ranges.path).toBe('int8.json');
    const own = await json('run', 'int8.json');
    expect(own.extractors[0].ranges.images).toHaveLength(2);
    expect((await json('run', 'metrics.json')).precision).toBe('int8');
    expect((await json('run', 'config.json')).precision).toBe('int8');
    expect(await readFile(join(folder, 'run/README.md'), 'utf8')).toContain('computed in int8');
    const plain = await json('plain', 'classifier.json');
    expect([plain.version, plain.extractors[0].computes, plain.ranges]).toEqual([
      1,
      undefined,
      undefined,
    ]);
    expect((await json('plain', 'metrics.json')).precision).toBe('float32');
    expect((await json('plain', 'config.json')).precision).toBeUndefined();
  });

  test('answers in a new process as it did in training, and nearly as in float32', async () => {
    const outcome = await shroom(['predict', 'run', 'photos', '--json', '--quiet']);
    expect(outcome.code, outcome.stderr).toBe(0);
    answers = JSON.parse(outcome.stdout).result.photos;
    const plain = await answersOf('plain');
    expect(answers).toHaveLength(plain.length);
    const same = answers.filter((answer, index) => answer.class === plain[index]!.class);
    expect(same.length).toBeGreaterThanOrEqual(0.9 * answers.length);
    // The same numbers would be those of 32 bits.
    expect(apart(answers, plain)).toBeGreaterThan(1e-4);
    const text = await readFile(join(folder, 'run/predictions.csv'), 'utf8');
    const [columns, ...lines] = text
      .trim()
      .split('\n')
      .map(line => line.split(','));
    expect(lines.length).toBeGreaterThan(5);
    for (const cells of lines) {
      const answer = answers.find(({ photo }) => photo.endsWith(cells[0]!))!;
      const cell = (name: string) => Number(cells[columns!.indexOf(name)]);
      // The run's features were kept in 16 bits.
      for (const genus of genera) expect(answer.probabilities[genus]).toBeCloseTo(cell(genus), 3);
      expect(answer.novelty).toBeCloseTo(cell('novelty'), 3);
    }
  }, 180_000);

  test('has features of its own in the cache, which another run takes', async () => {
    // Averages and second-order pooling, each in both precisions.
    expect(await readdir(join(folder, 'cache/features'))).toHaveLength(4);
    expect((await begun('again', { precision: 'int8' })).missing).toBe(0);
    expect(await json('again', 'int8.json')).toEqual(await json('run', 'int8.json'));
    expect(await readdir(join(folder, 'cache/features'))).toHaveLength(4);
  }, 180_000);

  test('is exported in 32 bits, and explained', async () => {
    const classifier = await openClassifier(join(folder, 'run'), { engine: 'ort' });
    const { change } = await classifier.export('web', join(folder, 'web'), {
      weights: 'float32',
    });
    const [explained] = await classifier.explain(join(folder, 'photos/Boletus/1.jpg'));
    expect(explained!.map.values.length).toBeGreaterThan(1);
    const { evaluation } = (await classifier.evaluate()).assessment;
    expect(evaluation.accuracy).toBe((await json('run', 'metrics.json')).test.accuracy);
    await classifier.dispose();
    const { version, extractors, ranges } = await json('web', 'classifier.json');
    expect([version, extractors[0].computes, ranges]).toEqual([1, undefined, undefined]);
    expect(extractors[0].trainedIn).toBe('int8');
    // Integers would change more.
    expect(change).toBeLessThan(1e-3);
    const files = (await readdir(join(folder, 'web'), { recursive: true })).map(String);
    expect(files.filter(path => path.includes('int8'))).toEqual([]);
    // It answers where there is no native engine.
    const ofBoletus = answers.filter(({ photo }) => photo.includes('Boletus'));
    const onWasm = await answersOf('web', 'wasm', 'photos/Boletus');
    expect(apart(onWasm, ofBoletus)).toBeLessThan(0.2);
  }, 180_000);

  test('says where it computes in 32 bits: in a browser, and what was exported', async () => {
    const file = await json('run', 'classifier.json');
    const weights = 'https://weights.test/resnet18.safetensors';
    const files: typeof fetch = async address => {
      const { host, pathname } = new URL(`${address}`);
      const path = host === 'weights.test' ? 'resnet18.safetensors' : `run${pathname}`;
      return new Response(new Uint8Array(await readFile(join(folder, path))));
    };
    const options = { fetch: files, weights: [weights] };
    const inBrowser = await openInBrowser('https://run.test/', options);
    expect(inBrowser.file).toEqual(file);
    expect(inBrowser.fallback).toMatch(/trained and tested in int8, and computes in 32 bits/);
    const { fallback } = inBrowser;
    await inBrowser.dispose();
    for (const [run, said] of Object.entries({ run: undefined, plain: undefined, web: fallback })) {
      const classifier = await openClassifier(join(folder, run), { engine: 'ort' });
      expect(classifier.fallback).toBe(said);
      await classifier.dispose();
    }
    const server = await serve(join(folder, 'web'), { port: 0, engine: 'ort', workers: 1 });
    expect([server.precision, server.fallback]).toEqual(['float32', fallback]);
    await server.close();
    const { stdout, stderr } = await shroom(['export', 'web', '--to', 'tfjs', '--out', 'tfjs']);
    expect(stderr).toContain(`! ${fallback}`);
    expect(stdout).toMatch(/computes +in 32 bits; it was trained in int8/);
    expect(await readFile(join(folder, 'tfjs/README.md'), 'utf8')).toContain('tested in int8');
    const { userDefinedMetadata } = await json('tfjs', 'model.json');
    expect(userDefinedMetadata.trainedIn).toBe('int8');
  }, 180_000);

  test('is compared with a run in 32 bits by name', async () => {
    const { runs, options } = await compareRuns([join(folder, 'plain'), join(folder, 'run')]);
    expect(runs.map(({ precision }) => precision)).toEqual(['float32', 'int8']);
    expect(options).toContainEqual({ name: 'precision', values: ['float32', 'int8'] });
  });

  test('needs the engine ort', async () => {
    const found = await answersOf('run', 'wasm').catch(error => error);
    expect(found).toBeInstanceOf(EngineLimitError);
    expect(found.message).toMatch(/'wasm' does not compute .*int8.*Take the engine ort/);
    const training = begun('wasm', { precision: 'int8', engine: 'wasm' });
    await expect(training).rejects.toThrow(EngineLimitError);
    const options = { run: join(folder, 'run'), shards: 1, out: join(folder, 'wasm.plan') };
    const plan = planShards('predict', join(folder, 'photos'), { ...options, engine: 'wasm' });
    await expect(plan).rejects.toThrow(EngineLimitError);
  });

  test('is not fine-tuned', async () => {
    const found = await finetune(join(folder, 'run')).catch(error => error);
    expect(found).toBeInstanceOf(UnsupportedNetworkError);
    expect(found.message).toContain('cannot be trained. Train one with the precision float32');
    const both = begun('both', { precision: 'int8', finetune: 'layer3' });
    await expect(both).rejects.toThrow("int8 is for frozen networks, and finetune 'layer3'");
  });

  test('is computed in shards, which say so', async () => {
    const plan = join(folder, 'run.plan');
    const options = { run: join(folder, 'run'), shards: 1, out: plan, engine: 'ort' } as const;
    const planned = await planShards('predict', join(folder, 'photos'), options);
    expect(planned.precision).toBe('int8');
    // A plan of a package without int8.
    const other = join(folder, 'other.plan');
    await writeFile(other, (await readFile(plan, 'utf8')).replace('"precision":"int8",', ''));
    const refused = await workShard(other, { shard: 0 }).catch(error => error);
    expect(refused).toBeInstanceOf(PlanError);
    expect(refused.message).toMatch(
      /features in float32, and the classifier .* in int8\. Plan again/,
    );
    await workShard(plan, { shard: 0 });
    const { made } = await mergeShards(plan, { out: join(folder, 'merged.csv') });
    expect(made).toEqual([expect.stringMatching(/^ort: .*; int8; node /)]);
    const [, line] = (await readFile(join(folder, 'merged.csv'), 'utf8')).split('\n');
    expect(line).toContain(`,${answers[0]!.class},`);
  }, 180_000);

  test('is not continued with the ranges of another network, and stays int8', async () => {
    const path = join(folder, 'again/int8.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"images"', '"pictures"'));
    const foreign = await begun('again', { precision: 'int8' }).catch(error => error);
    expect(foreign).toBeInstanceOf(ClassifierFileError);
    expect(foreign.message).toMatch(
      /int8\.json: its ranges are not those of resnet18\. Remove it .* images: there is no range/,
    );
    const content = JSON.parse(text);
    const [{ weights }] = content.extractors;
    content.extractors = [{ weights, computes: 'float32' }];
    await writeFile(path, JSON.stringify(content));
    expect((await begun('again', { precision: 'int8' })).missing).toBe(0);
    expect(await readFile(path, 'utf8')).toBe(text);
  }, 180_000);

  test('is refused when its ranges are damaged or gone', async () => {
    const path = join(folder, 'run/int8.json');
    const text = await readFile(path, 'utf8');
    await writeFile(
      path,
      text.replace(/\d/, digit => `${(Number(digit) + 1) % 10}`),
    );
    const changed = await answersOf('run').catch(error => error);
    expect(changed).toBeInstanceOf(ClassifierFileError);
    expect(changed.message).toMatch(/int8\.json: it is damaged, or of another training/);
    await rm(path);
    const gone = await answersOf('run').catch(error => error);
    expect(gone).toBeInstanceOf(ClassifierFileError);
    expect(gone.message).toMatch(/int8\.json: it cannot be read/);
    await writeFile(path, text);
  });
});

describe('auto', () => {
  /** Averages are features and summary at once, and need no directions. */
  const auto = { precision: 'auto', recipe: 'fast' } as const;

  test('says what it took and why, and a continued run computes alike', async () => {
    const { notices } = await begun('auto', auto);
    const said =
      /^resnet18 computes features in (int8|float32): (?:it|int8) is (\d+\.\d\d) times as fast as float32 .* cosine of (\d\.\d{4})/;
    const [, computes, faster, cosine] = notices.map(text => said.exec(text)).find(Boolean)!;
    const [own] = (await json('auto', 'int8.json')).extractors;
    expect(own.computes).toBe(computes);
    expect(own.measured.faster).toBeCloseTo(Number(faster), 2);
    expect(own.measured.cosine).toBeCloseTo(Number(cosine), 4);
    expect(own.computes === 'int8').toBe(own.measured.faster >= 1.1 && own.measured.cosine >= 0.99);
    // The run has decided: what it would measure now does not matter.
    const { weights } = own;
    const slower = { weights, computes: 'float32', measured: { faster: 0.5, cosine: 0.25 } };
    const content = { format: 'shroom-int8', version: 1, extractors: [slower] };
    await writeFile(join(folder, 'auto/int8.json'), JSON.stringify(content));
    const plain = await begun('auto', auto);
    expect(plain.notices.join()).toContain('in float32: int8 is 0.50 times as fast');
    await writeFile(join(folder, 'auto/int8.json'), '{"format": "shroom-int8"');
    const damaged = await begun('auto', auto).catch(error => error);
    expect(damaged).toBeInstanceOf(ClassifierFileError);
    expect(damaged.message).toMatch(/int8\.json: it is damaged \(not valid JSON/);
  }, 180_000);

  test.each<[string, TrainOptions, string]>([
    ['wasm', { engine: 'wasm' }, "the engine 'wasm' has no integers of 8 bits; ort has"],
    ['tuned', { finetune: 'layer3' }, 'layers are trained with numbers of 32 bits'],
  ])(
    'takes float32 where integers are impossible, and says why: %s',
    async (name, options, why) => {
      const { notices } = await begun(`auto-${name}`, { ...auto, ...options });
      expect(notices).toContain(`features are computed in float32: ${why}`);
      const { extractors } = await json(`auto-${name}`, 'int8.json');
      expect(extractors).toMatchObject([{ computes: 'float32', reason: why }]);
      // A run that is continued says the same.
      const again = await begun(`auto-${name}`, { ...auto, ...options });
      expect(again.notices).toContain(`resnet18 computes features in float32: ${why}`);
    },
    180_000,
  );

  test('takes float32 for a network that cannot be written with integers, and says why', async () => {
    const { resnet18 } = architectures;
    registerArchitecture('noisy', {
      ...resnet18,
      build: options => {
        const { inputs, outputs } = resnet18.build(options);
        const noise = layers.gaussianNoise({ stddev: 1, name: 'noise' });
        return model({ inputs, outputs: noise.apply(outputs[0]!) as SymbolicTensor });
      },
    });
    const { notices } = await begun('auto-noisy', { ...auto, architecture: 'noisy' });
    const why = 'noise: a GaussianNoise cannot be written as ONNX';
    expect(notices).toContain(`noisy computes features in float32: int8 is impossible (${why})`);
  }, 180_000);
});
