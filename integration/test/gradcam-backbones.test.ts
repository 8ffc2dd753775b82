import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import {
  type ExplainOptions,
  type Explanation,
  explain,
  fullGrad,
  fuseMaps,
  type PreparedModel,
  prepareFunctions,
  prepareModel,
} from '@shroom/gradcam';
import { type ArchitectureName, architectures, loadWeights } from '@shroom/models';
import { memory, setBackend, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { methods as all, signless } from '../../packages/gradcam/test/figures';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';

interface Figure {
  readonly raw: readonly number[];
  readonly final: readonly (readonly number[])[];
}

/** Expected values from pytorch-grad-cam; tools/reference/backbones.py writes them. */
const { size, classes, every, backbones } = JSON.parse(
  readFileSync(
    new URL('../../packages/gradcam/test/reference/backbones.json', import.meta.url),
    'utf8',
  ),
) as {
  readonly size: number;
  readonly classes: readonly number[];
  readonly every: number;
  readonly backbones: Readonly<Record<string, Readonly<Record<string, Record<string, Figure>>>>>;
};

/** Methods with a pass for each channel or position take minutes on the JavaScript engine. */
const slow = new Set(['scoreCam', 'ablationCam']);

const photos = (): Tensor4D => tensor4d(formula(2 * size * size * 3, 1, 4), [2, size, size, 3]);

async function load(name: string): Promise<LayersModel> {
  const { build, dialects } = architectures[name as ArchitectureName];
  const network = build({ inputSize: [size, size], classes: 1000 });
  const torchvision = dialects.find(dialect => dialect.name === 'torchvision')!;
  await loadWeights(network, formulaCheckpoint(network, torchvision), torchvision);
  return network;
}

const tapCalled = (name: string, stage: string): string =>
  architectures[name as ArchitectureName].taps.find(tap => tap.stage === stage)!.layer;

describe.each(Object.keys(backbones))('%s is explained as by pytorch-grad-cam', name => {
  const stages = Object.keys(backbones[name]!).filter(stage => stage !== 'images');

  test('on ort, every method at two taps', async () => {
    await setBackend('ort');
    const network = await load(name);
    const images = photos();
    for (const stage of stages) {
      const parts = prepareModel(network, { tap: tapCalled(name, stage) });
      for (const [method, figure] of Object.entries(backbones[name]![stage]!)) {
        const before = memory().numTensors;
        const found = await explain(parts, images, { classIndex: classes, ...all[method]! });
        expect(memory().numTensors, `${method} at ${stage}`).toBe(before);
        expectAgree(`${method} at ${stage}`, found, figure, signless.has(method), 2e-3);
      }
    }
    network.dispose();
  });

  test('on cpu, every method without a pass for each channel', async () => {
    await setBackend('cpu');
    const network = await load(name);
    const images = photos();
    const [stage] = stages as [string];
    const whole = prepareModel(network, { tap: tapCalled(name, stage) });
    const parts = computedOnce(whole, images);
    for (const [method, figure] of Object.entries(backbones[name]![stage]!)) {
      if (slow.has(method)) continue;
      const found = await explain(parts, images, { classIndex: classes, ...all[method]! });
      expectAgree(`${method} at ${stage}`, found, figure, signless.has(method), 1e-4);
    }
    network.dispose();
  });
});

test('FullGrad sees the biases of batch norms as pytorch-grad-cam does', async () => {
  await setBackend('ort');
  const network = await load('resnet18');
  const options: ExplainOptions = { classIndex: classes, method: fullGrad() };
  const found = await explain(
    prepareModel(network, { tap: network.inputNames[0]! }),
    photos(),
    options,
  );
  expectAgree('FullGrad', found, backbones.resnet18!.images!.fullGrad!, false, 2e-3);
  network.dispose();
});

/** A cut model whose first part is computed once, because the JavaScript engine takes seconds for it. */
function computedOnce(parts: PreparedModel, images: Tensor4D): PreparedModel {
  const { features } = parts.forward(images);
  const head = () => features.clone() as Tensor4D;
  const plain = prepareFunctions(head, map => parts.tail(map, []), images);
  return { ...plain, pooled: parts.pooled, pooledTail: parts.pooledTail };
}

function expectAgree(
  what: string,
  found: readonly Explanation[],
  figure: Figure,
  signless: boolean,
  tolerance: number,
): void {
  const places = figure.raw.length / found.length;
  found.forEach(({ signed }, image) => {
    const raw = figure.raw.slice(image * places, (image + 1) * places);
    const product = raw.reduce((sum, value, i) => sum + value * signed.values[i]!, 0);
    const sign = signless && product < 0 ? -1 : 1;
    const turned = { ...signed, values: signed.values.map(value => sign * value) };
    const scale = Math.max(...raw.map(Math.abs));
    const apart = raw.map((value, i) => Math.abs(value - turned.values[i]!) / scale);
    expect(Math.max(0, ...apart), `${what}, as it is`).toBeLessThan(tolerance);
    const { values } = fuseMaps([turned], [size, size]);
    const finished = figure.final[image]!.map((value, i) => Math.abs(value - values[i * every]!));
    expect(Math.max(...finished), `${what}, finished`).toBeLessThan(tolerance);
  });
}
