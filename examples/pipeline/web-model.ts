import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawMushroom, genera } from '@shroom/drawn';
import { attachHead } from '@shroom/head';
import { foldBatchNorm, tfjsArtifacts, toHalf } from '@shroom/models';
import { io, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { Certainty, ModelFile, ModelManifest } from '../browser/src/model-manifest';
import type { ClassifierModel } from './classifier';
import { toTensor } from './features';

/** A download that is cut short loses at most so much. */
const shardBytes = 4 << 20;

export type WebWeights = ModelManifest['weights'];

/**
 * Writes a classifier for browsers: a tfjs layers-model in shards, without batch norms after convolutions, and a manifest
 * with its classes, preprocessing, hashes, and what the storage changes.
 *
 * @param run The folder that the classifier came from.
 * @param folder Replaced when it exists.
 * @param weights With float16, those of convolutions and dense layers take half the bytes; biases and norms stay 32-bit.
 */
export async function writeWebModel(
  { backbone, classes, model }: ClassifierModel,
  run: string,
  folder: string,
  weights: WebWeights,
): Promise<ModelManifest> {
  const folded = foldBatchNorm(backbone.model);
  const artifacts = await artifactsOf(attachHead(folded, headOf(model)));
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
  // A folder by the hash of all of it: a browser may keep what is in there for ever.
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
  const certainty = await certaintyOf(run);
  const { name, weights: origin, preprocessing, taps } = backbone;
  const manifest: ModelManifest = {
    classes,
    ...(certainty && { certainty }),
    preprocessing,
    // The stem's is too far from the decision to say anything about it.
    layers: taps
      .slice(1)
      .reverse()
      .map(({ layer, stride }) => ({ name: layer, stride })),
    backbone: { name, source: origin.source, license: origin.license },
    weights,
    change: await changeOf({ backbone, classes, model }, stored),
    files: entries,
  };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  return manifest;
}

/** The head that was attached last, a model of its own. */
function headOf(model: LayersModel): LayersModel {
  const last = model.layers.at(-1)!;
  if (!('layers' in last))
    throw new Error(
      `The classifier should end in a head that is a model; it ends in the layer '${last.name}'.`,
    );
  return last as unknown as LayersModel;
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

async function certaintyOf(run: string): Promise<Certainty | undefined> {
  const text = await readFile(join(run, 'classifier.json'), 'utf8');
  return (JSON.parse(text) as { certainty?: Certainty }).certainty;
}

/** The furthest that a logit of three drawn mushrooms moves, as a share of the largest. */
async function changeOf(classifier: ClassifierModel, stored: StoredModel): Promise<number> {
  const { backbone, model } = classifier;
  const [size] = backbone.preprocessing.size;
  const drawn = genera.slice(0, 3).map(genus => {
    const { pixels, height, width } = drawMushroom(genus, { seed: 1, size });
    return { data: pixels, height, width };
  });
  const images = toTensor(drawn, backbone);
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
