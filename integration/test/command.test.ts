import '@tensorflow/tfjs-backend-cpu';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findWeights } from '@shroom/classifier';
import { printerTo } from '@shroom/classifier/command';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf } from '../../packages/classifier/src/command/output';
import { parse } from '../../packages/classifier/src/command/program';
import { type Outcome, outcomeOf, root } from './program';
import { drawnFolder, generatedWeights } from './small-job';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;
const program = join(root, 'packages/classifier/dist/command/shroom.js');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-command-'));
  await drawnFolder(join(folder, 'photos'), genera, 8);
  await generatedWeights(folder, 'resnet18');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the built command. @param stopAt Stops it by Ctrl+C when its messages match. */
function shroom(args: readonly string[], stopAt?: RegExp): Promise<Outcome> {
  const env = { ...process.env, SHROOM_CACHE: join(folder, 'cache'), HF_HUB_OFFLINE: '1' };
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env });
  let told = '';
  child.stderr.on('data', part => {
    told += part;
    if (stopAt?.test(told) && !child.killed) child.kill('SIGINT');
  });
  return outcomeOf(child);
}

/** Runs the command with `--json`. @returns The result in its output, which is one line. */
async function resultOf(args: readonly string[], code = 0) {
  const outcome = await shroom([...args, '--json', '--quiet']);
  expect([outcome.code, outcome.stderr]).toEqual([code, code === 0 ? '' : expect.any(String)]);
  expect(outcome.stdout).toMatch(/^\{"shroom":1.*\}\n$/);
  const line = JSON.parse(outcome.stdout);
  expect(faultsOf(line)).toEqual([]);
  expect(line.verb).toBe(args[0]);
  return line.result;
}

const network = ['--backbone', 'resnet18.safetensors', '--architecture', 'resnet18'];
const small = [...network, '--size', '64', '--views', '2', '--test-views', '2', '--epochs', '3'];

describe('a run', () => {
  test('is stopped by Ctrl+C with 130, and resumed', async () => {
    const stopped = await shroom(['train', 'photos', ...small, '--out', 'run'], /^Backbone$/m);
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toBe('');
    expect(stopped.stderr).toMatch(/Interrupted\. .*run the same command again/);
    expect(existsSync(join(folder, 'run/run.json'))).toBe(true);
    for (const verb of [
      ['compare', 'run', 'run'],
      ['predict', 'run', 'photos'],
      ['export', 'run', '--to', 'onnx'],
    ]) {
      const early = await shroom(verb);
      expect([early.code, early.stdout]).toEqual([1, '']);
      expect(early.stderr).toContain(
        `not finished. Continue it with \`npx @shroom/classifier resume "`,
      );
    }
    const { code, stdout, stderr } = await shroom(['resume', 'run']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/accuracy +\d+\.\d %/);
    expect(stdout).toMatch(/try it +(npx @shroom\/classifier|shroom) predict run <photos>/);
    expect(stderr).toMatch(/^Engine$/m);
    expect(stdout).not.toMatch(/^Engine$/m);
  });

  test('answers for photos, and for those after one that it cannot read', async () => {
    await writeFile(join(folder, 'notes.txt'), 'no photo');
    const create = { width: 64, height: 64, channels: 3, background: '#000' } as const;
    await sharp({ create }).png().toFile(join(folder, 'black.png'));
    const files = ['notes.txt', 'black.png', 'photos/Boletus'];
    const { photos, counts } = await resultOf(['predict', 'run', ...files], 1);
    expect(photos).toHaveLength(10);
    expect(photos[0]).toEqual({
      photo: 'notes.txt',
      error: { name: 'PhotoError', message: expect.stringContaining('not a picture') },
    });
    expect(Object.keys(photos[1]).slice(0, 2)).toEqual(['photo', 'known']);
    expect(counts.sure + counts.unsure + counts.unknown).toBe(9);
    const two = ['black.png', 'photos/Boletus/1.jpg', '--top', '5'];
    const { stdout, code } = await shroom(['predict', 'run', ...two, '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {2}2 photos: \d sure/);
    if (!photos[1].known)
      expect(stdout).toMatch(/black\.png +unlike all training photos; most like/);
    expect(stdout).toMatch(/(█|░){8,} +\d+ %/);
  });

  test('is explained in a picture', async () => {
    const { photos } = await resultOf([
      ...['explain', 'run', 'photos/Boletus/1.jpg', '--class', 'Russula', '--method', 'layerCam'],
      ...['--out', 'maps'],
    ]);
    expect(photos).toMatchObject([{ explained: 'Russula', picture: join('maps', '1.png') }]);
    const { width } = await sharp(join(folder, 'maps/1.png')).metadata();
    expect(width).toBe(3 * 80 + 12);
    const wrong = await shroom(['explain', 'run', 'black.png', '--class', 'Rusula']);
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain("There is no class 'Rusula'. Did you mean Russula?");
  });

  test('is evaluated, fine-tuned, and compared with what came of it', async () => {
    const { figures, photos, unknown } = await resultOf(['evaluate', 'run']);
    const metrics = JSON.parse(await readFile(join(folder, 'run/metrics.json'), 'utf8'));
    expect(figures.accuracy).toEqual(metrics.test.intervals.accuracy);
    expect(unknown).toBeLessThanOrEqual(photos);
    const tuned = await resultOf(['finetune', 'run', '--epochs', '1', '--views', '1']);
    expect(tuned.before.accuracy).toBeCloseTo(figures.accuracy.value, 6);
    const { runs, options, pairs } = await resultOf(['compare', 'run', 'run-finetuned']);
    expect(runs.map((run: { photos: number }) => run.photos)).toEqual([photos, photos]);
    const names = options.map(({ name }: { name: string }) => name);
    expect(names).toContain('finetuning.epochs');
    expect(pairs[0].count).toBe(photos);
    expect(pairs[0].gain.value).toBeCloseTo(tuned.after.accuracy - tuned.before.accuracy, 6);
    const { stdout } = await shroom(['compare', 'run', 'run']);
    expect(stdout).toMatch(/Options that differ\n {2}none/);
    expect(stdout).toMatch(/McNemar p = 1\.000: this may be chance/);
    await cp(join(folder, 'run'), join(folder, 'other'), { recursive: true });
    const split = await readFile(join(folder, 'run/split.json'), 'utf8');
    await writeFile(
      join(folder, 'other/split.json'),
      split.replace(/[0-9a-f]{64}/g, hash => [...hash].reverse().join('')),
    );
    const apart = await shroom(['compare', 'run', 'other']);
    expect(apart.stdout).toContain('B           no test photo in common with A');
    expect(apart.stdout).toContain('`train --split run` keeps the test photos of A');
  });

  test('is exported beside the run, or where the option says', async () => {
    const { form, files, licenses } = await resultOf(['export', 'run', '--to', 'onnx']);
    expect([form, files.length, files[0].path]).toEqual(['onnx', 1, 'run.onnx']);
    expect((await readFile(join(folder, 'run.onnx'))).length).toBe(files[0].bytes);
    expect(licenses).toHaveLength(1);
    const zip = ['export', 'run', '--to', 'zip', '--out', 'exported/small.zip'];
    const { stdout, code } = await shroom([...zip, '--weights', 'float16']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/zip +exported\/small\.zip, \d+\.\d MB\n +license +unknown, of /);
    const { photos } = await resultOf(['predict', 'exported/small.zip', 'photos/Boletus/1.jpg']);
    expect(photos).toHaveLength(1);
    expect((await shroom(['export', 'run', '--to', 'keras'])).code).toBe(2);
  });

  test('says that a license forbids commercial use', async () => {
    await cp(join(folder, 'run'), join(folder, 'noncommercial'), { recursive: true });
    const path = join(folder, 'noncommercial/classifier.json');
    const file = JSON.parse(await readFile(path, 'utf8'));
    file.licenses[0].license = 'CC-BY-NC-4.0';
    await writeFile(path, JSON.stringify(file));
    const { code, stderr } = await shroom(['predict', 'noncommercial', 'photos/Boletus/1.jpg']);
    expect(code).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'may not be used commercially: its license is CC-BY-NC-4.0',
    );
  });

  test('and what is made of it are not written where a file is in the way, and the message says so', async () => {
    const errorOf = async (...args: string[]) => {
      const { code, stdout } = await shroom([...args, '--out', 'black.png/out', '--json']);
      expect(code).toBe(1);
      return JSON.parse(stdout).error;
    };
    const message = `${join(folder, 'black.png/out')} cannot be written: there is a file where a folder should be. Give another folder with --out.`;
    const expected = { name: 'RunFolderError', message };
    const forms = ['web', 'zip', 'onnx', 'tfjs', 'transformers', 'timm'];
    for (const form of forms)
      expect(await errorOf('export', 'run', '--to', form), form).toEqual(expected);
    expect(await errorOf('explain', 'run', 'photos/Boletus/1.jpg')).toEqual(expected);
    expect(await errorOf('inspect', 'photos')).toEqual(expected);
    const plan = ['plan', 'inspect', '--data', 'photos', '--shards', '1'];
    expect(await errorOf(...plan)).toEqual(expected);
    const pack = await errorOf('pack', 'photos');
    expect(pack).toMatchObject({ name: 'PackError', message: expect.stringContaining('a file') });
  });

  test('leaves a cache that is listed and pruned', async () => {
    const { entries } = await resultOf(['cache']);
    expect(entries.length).toBeGreaterThan(1);
    const old = entries.find(({ kind }: { kind: string }) => kind === 'features');
    const longAgo = new Date(Date.now() - 40 * 24 * 3600e3);
    await utimes(old.path, longAgo, longAgo);
    const prune = ['cache', '--prune', '--unused-for', '30d'];
    const dry = await resultOf([...prune, '--dry-run']);
    expect(dry.removed.map(({ path }: { path: string }) => path)).toEqual([old.path]);
    expect(existsSync(old.path)).toBe(true);
    const { removed, kept, freed } = await resultOf(prune);
    expect(existsSync(old.path)).toBe(false);
    expect([removed.length, kept.length, freed]).toEqual([1, entries.length - 1, old.bytes]);
  });
});

test('photos are inspected, and weights are listed', async () => {
  const inspection = await resultOf(['inspect', 'photos']);
  expect(inspection.counts).toEqual({ Amanita: 8, Boletus: 8, Russula: 8 });
  const { weights } = await resultOf(['weights']);
  const keras = weights.find(({ id }: { id: string }) => id === 'resnet50.keras');
  expect(keras).toMatchObject({ license: 'MIT', bytes: 95128781, cached: false });
  // A bare name means the weights that it means after --backbone, and they are listed once.
  const bare = ['resnet50', 'convnext_tiny', 'mobilenet_v2'];
  const named = await resultOf(['weights', ...bare, 'resnet50_keras']);
  expect(named.weights.map(({ id }: { id: string }) => id)).toEqual([
    'resnet50.keras',
    'convnext_tiny.fb_in1k',
    'mobilenet_v2.tv_in1k',
  ]);
  expect(bare.map(name => findWeights(name).id)).toEqual(
    named.weights.map(({ id }: { id: string }) => id),
  );
});

test('wrong arguments end with 2, and failures with 1, in words and as JSON', async () => {
  const misspelt = await shroom(['predict', 'run', 'black.png', '--veiws', '2', '--json']);
  expect(misspelt.code).toBe(2);
  expect(misspelt.stderr).toContain('Did you mean --views?');
  expect(JSON.parse(misspelt.stdout)).toEqual({
    shroom: 1,
    verb: 'predict',
    error: { name: 'UsageError', message: expect.stringContaining('--veiws') },
  });
  const missing = await shroom(['predict', 'none', 'black.png', '--json']);
  expect(missing.code).toBe(1);
  expect(JSON.parse(missing.stdout).error.name).toBe('ClassifierFileError');
  const unknown = await shroom(['train', 'photos', '--config', 'config.json']);
  expect([unknown.code, unknown.stdout]).toEqual([2, '']);
  expect(unknown.stderr).toContain('--config config.json: there is no such file.');
  await writeFile(join(folder, 'config.json'), '{"epoch": 3}');
  const other = await shroom(['train', 'photos', '--config', 'config.json']);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain("There is no option 'epoch'");
});

test('the help loads neither TensorFlow.js nor ONNX Runtime', () => {
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    // What is imported later, by `import(...)`, does not count.
    const imports = /^(?:import|export)\b[^('"]*["']([^"']+)["']/gm;
    for (const [, name] of readFileSync(file, 'utf8').matchAll(imports))
      if (name!.startsWith('.')) load(join(dirname(file), name!));
      else loaded.add(name!);
  };
  load(program);
  expect([...loaded]).toContain('commander');
  expect([...loaded].filter(name => /@tensorflow|@shroom|onnxruntime|sharp/.test(name))).toEqual(
    [],
  );
});

test('every command that a page shows has arguments that the command takes', async () => {
  const guides = readdirSync(join(root, 'docs/guide')).map(name => `docs/guide/${name}`);
  const packages = readdirSync(join(root, 'packages')).map(name => `packages/${name}/README.md`);
  const lines = ['README.md', ...guides, ...packages]
    .map(page => readFileSync(join(root, page), 'utf8'))
    .flatMap(text => [...text.matchAll(/```sh\n(.*?)```/gs)])
    .flatMap(([, block]) => block!.split('\n'))
    .flatMap(
      line => /^(?:npx )?(?:shroom|@shroom\/classifier) ([^#>]*)/.exec(line)?.[1]?.trim() ?? [],
    );
  expect(lines.length).toBeGreaterThan(15);
  for (const line of lines) {
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
    const call = await parse(args, printerTo(process.stdout));
    expect([line, 'text' in call && call.kind === 'wrong' ? call.text : '']).toEqual([line, '']);
  }
});
