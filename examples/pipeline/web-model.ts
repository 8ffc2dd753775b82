import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Classifier, UnsupportedNetworkError } from '@shroom/classifier';
import { drawMushroom, genera } from '@shroom/drawn';
import { attachHead } from '@shroom/head';
import { foldBatchNorm, tfjsArtifacts, toHalf } from '@shroom/models';
import { io, type Tensor } from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  loadLayersModel,
  model as modelOf,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { ModelFile, ModelManifest } from '../browser/src/model-manifest';

/** Size of a shard: an interrupted download loses at most this number of bytes. */
const shardBytes = 4 << 20;

export type WebWeights = ModelManifest['weights'];

/**
 * Writes a classifier for browsers: a tfjs layers-model in shards, with batch norms folded into the convolutions before
 * them, and a manifest with its classes, preprocessing, hashes, and the effect of the storage format on the logits.
 *
 * @param folder Folder of the result. It is replaced if it exists.
 * @param weights How weights are stored. With float16, those of convolutions and dense layers take half the bytes; biases
 * and norms stay 32-bit.
 * @throws UnsupportedNetworkError for a classifier whose features are not averages of the last feature map.
 */
export async function writeWebModel(
  classifier: Classifier,
  folder: string,
  weights: WebWeights,
): Promise<ModelManifest> {
  const { backbone, head } = partsOf(classifier);
  const folded = foldBatchNorm(backbone);
  const artifacts = await artifactsOf(attachHead(folded, head));
  folded.dispose();
  const stored = weights === 'float16' ? halved(artifacts) : artifacts;
  const shards = shardsOf(stored.weightData);
  const names = shards.map((_, index) => `weights-${index + 1}of${shards.length}.bin`);
  const json = {
    format: 'layers-model',
    generatedBy: 'shroom',
    convertedBy: null,
    modelTopology: stored.modelTopology,
    weightsManifest: [{ paths: names, weights: stored.weightSpecs }],
  };
  const files = [Buffer.from(JSON.stringify(json)), ...shards];
  // The folder is named by a hash of all files, so a browser may cache it forever.
  const hashes = files.map(sha256);
  const id = sha256(Buffer.from(hashes.join())).slice(0, 16);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, id), { recursive: true });
  const entries = await Promise.all(
    files.map(async (bytes, index): Promise<ModelFile> => {
      const path = `${id}/${index === 0 ? 'model.json' : names[index - 1]}`;
      await writeFile(join(folder, path), bytes);
      return { path, bytes: bytes.length, sha256: hashes[index]! };
    }),
  );
  const { classes, preprocessing, taps, file } = classifier;
  const { architecture, weights: origin } = file.extractors[0]!;
  // The page uses only the plain view of a photo.
  const certainty = file.certainty.find(({ views }) => views === 1);
  const { temperature, threshold, coverage } = certainty!;
  const manifest: ModelManifest = {
    classes,
    certainty: { temperature, threshold, coverage },
    preprocessing,
    // The stem is too far from the decision to explain it.
    layers: taps
      .slice(1)
      .reverse()
      .map(({ layer, stride }) => ({ name: layer, stride })),
    backbone: { name: architecture, source: origin.source, license: origin.license },
    weights,
    change: await changeOf(classifier, stored),
    files: entries,
  };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  return manifest;
}

/** The parts of a classifier: from images to the last feature map, and from its average to logits. */
function partsOf({ model, file }: Classifier): { backbone: LayersModel; head: LayersModel } {
  if (file.task === 'multi-label')
    throw new UnsupportedNetworkError(
      'The page names one class for each photo: it takes no classifier of the task multi-label.',
    );
  const [average, head] = model.layers.slice(-2) as unknown as [LayersModel, LayersModel];
  if (file.extractors[0]!.pooling !== 'average')
    throw new UnsupportedNetworkError(
      'The page needs a classifier on averages of the last feature map: train with the recipe reference or fast, ' +
        'or with --pooling average.',
    );
  const maps = average.input as SymbolicTensor;
  return { backbone: modelOf({ inputs: model.inputs, outputs: maps, name: 'backbone' }), head };
}

/** The parts of a saved model that are written. */
interface StoredModel {
  readonly modelTopology: object;
  readonly weightSpecs: io.WeightsManifestEntry[];
  readonly weightData: ArrayBuffer;
}

async function artifactsOf(model: LayersModel): Promise<StoredModel> {
  const { modelTopology, weightSpecs, weightData } = await tfjsArtifacts(model);
  const bytes = io.CompositeArrayBuffer.join(weightData);
  return { modelTopology: modelTopology as object, weightSpecs, weightData: bytes };
}

function halved({ modelTopology, weightSpecs, weightData }: StoredModel): StoredModel {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const specs = weightSpecs.map((spec): io.WeightsManifestEntry => {
    const size = spec.shape.reduce((product, side) => product * side, 1);
    const values = new Float32Array(weightData, offset, size);
    offset += values.byteLength;
    const isMatrix = spec.shape.length > 1;
    const kept = isMatrix ? toHalf(values) : values;
    parts.push(new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength));
    if (!isMatrix) return spec;
    return { ...spec, quantization: { dtype: 'float16' } };
  });
  const bytes = new Uint8Array(Buffer.concat(parts));
  return { modelTopology, weightSpecs: specs, weightData: bytes.buffer };
}

function shardsOf(bytes: ArrayBuffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.byteLength / shardBytes) }, (_, index) => {
    const start = index * shardBytes;
    return Buffer.from(bytes, start, Math.min(shardBytes, bytes.byteLength - start));
  });
}

/** The largest change of a logit for three drawn mushrooms, as a share of the largest logit. */
async function changeOf(classifier: Classifier, stored: StoredModel): Promise<number> {
  const { model, preprocessing } = classifier;
  const [size] = preprocessing.size;
  const drawn = genera.slice(0, 3).map(genus => {
    const { pixels, height, width } = drawMushroom(genus, { seed: 1, size });
    return { data: pixels, height, width };
  });
  const images = classifier.imagesOf(drawn);
  const logits = async (of: LayersModel) => {
    const output = of.predict(images) as Tensor;
    const values = await output.data();
    output.dispose();
    return Array.from(values);
  };
  const restored = await loadLayersModel(io.fromMemory(stored));
  const [expected, found] = [await logits(model), await logits(restored)];
  restored.dispose();
  images.dispose();
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...found.map((value, k) => Math.abs(value - expected[k]!))) / largest;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
