import { createHash } from 'node:crypto';
import { dispose, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { model as multiOutput, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import {
  type Architecture,
  architectures,
  type ConvNextConfig,
  checkpointOf,
  convNext,
  convNextTaps,
  convNextVariants,
  findPretrained,
  listPretrained,
  loadWeights,
  type ViTConfig,
  vit,
  vitTaps,
  vitVariants,
} from '../src/index';
import { formula, formulaCheckpoint } from './formula';
import { expectClose, readReference, type Sample } from './reference';
import { useWasm } from './wasm';

type Large =
  | 'convnext_large'
  | Extract<keyof typeof vitVariants, `vit_${'large' | 'huge'}_${string}`>;
type Library = 'timm' | 'open_clip';

const reference = readReference<{
  readonly names: Readonly<Record<'convnext_large', { tensors: number; sha256: string }>>;
  readonly runs: readonly {
    readonly library: Library;
    readonly network: Large;
    readonly size: number;
    readonly activations: Readonly<Record<string, Sample>>;
  }[];
}>('large-networks.json');

beforeAll(useWasm);

const dialectOf = (name: Large, library: Library) =>
  (architectures[name] as Architecture).dialects.find(each => each.name === library)!;

test('every network of the table with more than 100 million parameters is compared', () => {
  // The file of BioCLIP, whose tower for images has 86 million, has the text tower too.
  const large = listPretrained().filter(
    ({ architecture, bytes = 0 }) => bytes > 400e6 && !architecture.startsWith('vit_base'),
  );
  const names = new Set(large.map(({ architecture }) => architecture));
  expect(new Set(reference.runs.map(({ network }) => network))).toEqual(names);
});

test('names and shapes of all weights of ConvNeXt-Large are those of timm', () => {
  const network = architectures.convnext_large.build({ classes: 1000 });
  const checkpoint = checkpointOf(network, dialectOf('convnext_large', 'timm'));
  const lines = [...checkpoint].map(([key, { shape }]) => `${key} [${shape.join(', ')}]`);
  network.dispose();
  const sorted = lines.sort((a, b) => (a < b ? -1 : 1));
  const sha256 = createHash('sha256').update(sorted.join('\n')).digest('hex');
  expect({ tensors: lines.length, sha256 }).toEqual(reference.names.convnext_large);
});

/**
 * The network in its full width, with one block; a ConvNeXt with one in each stage.
 *
 * @param grid Side of the grid of patches that positions are learned for, if not the variant's.
 */
function shallow(name: Large, size: number, grid?: number) {
  const inputSize = [size, size] as const;
  if (name === 'convnext_large') {
    const config: ConvNextConfig = { ...convNextVariants[name], depths: [1, 1, 1, 1] };
    return { network: convNext(config, { inputSize }), taps: convNextTaps(config) };
  }
  const config: ViTConfig = { ...vitVariants[name], depth: 1, ...(grid && { grid }) };
  return { network: vit(config, { inputSize }), taps: vitTaps(config) };
}

/** Weights that the reference has and that a network without its classifier has not. */
const others = {
  convnext_large: ['head.norm.bias', 'head.norm.weight'],
  open_clip: ['visual.proj'],
};

test.each(reference.runs)(
  'one block agrees with $library: $network',
  async ({ library, network: name, size, activations }) => {
    // The towers of the reference have positions for images of this size.
    const { network, taps } = shallow(name, size, library === 'open_clip' ? size / 14 : undefined);
    const only =
      library === 'open_clip' ? others.open_clip : name === 'convnext_large' && others[name];
    const checkpoint = formulaCheckpoint(network, dialectOf(name, library), only || []);
    const isUnused = (weight: string) => weight.startsWith('head.norm.');
    await loadWeights(network, checkpoint, dialectOf(name, library), isUnused);
    expect(taps.map(({ stage }) => stage)).toEqual(Object.keys(activations));
    const outputs = taps.map(({ layer }) => network.getLayer(layer).output as SymbolicTensor);
    const images = tensor4d(formula(size * size * 3, 1, 4), [1, size, size, 3]);
    const found = multiOutput({ inputs: network.inputs, outputs }).predict(images) as Tensor[];
    for (const [index, [stage, sample]] of Object.entries(activations).entries())
      await expectClose(`${name} ${stage}`, found[index]!, sample, 1e-4);
    dispose([images, found]);
    network.dispose();
  },
);

test('BioCLIP 2.5 is the tower of ViT-H/14, whose heads have 80 channels', () => {
  const { architecture, source, preprocessing, verified } = findPretrained('bioclip2.5');
  expect(source).toBe('hf:imageomics/bioclip-2.5-vith14#open_clip_model.safetensors:visual.');
  expect(architecture).toBe('vit_huge_patch14_clip_224');
  const { width, heads } = vitVariants.vit_huge_patch14_clip_224;
  expect(width / heads).toBe(80);
  expect(preprocessing).toEqual(findPretrained('bioclip2').preprocessing);
  expect(preprocessing).toMatchObject({ size: [224, 224], cropFraction: 1 });
  expect(verified).toBe('names');
});
