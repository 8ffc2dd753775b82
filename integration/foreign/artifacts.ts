import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { parseTfjsModel } from '@shroom/models';
import type { io } from '@tensorflow/tfjs-core';

const require = createRequire(import.meta.url);

/** The topology and weights of a model, in the form that TensorFlow.js loads. */
export interface Artifacts extends io.ModelArtifacts {
  readonly modelTopology: Topology;
  readonly weightData: ArrayBuffer;
}

/** The topology. A layers model has `model_config`, a graph model `node`. */
interface Topology {
  readonly model_config?: LayerConfig;
  readonly node?: GraphNode[];
}

export interface LayerConfig {
  readonly class_name: string;
  readonly config: LayerConfig[] | { layers?: LayerConfig[]; activation?: string };
}

export interface GraphNode {
  readonly name: string;
  op: string;
  readonly input?: string[];
  readonly attr?: Record<string, { list?: { s?: string[] } }>;
}

export function artifactsOf(file: string): Artifacts {
  const bundled = extname(file) === '.js';
  const text = bundled ? JSON.stringify(require(file)) : readFileSync(file, 'utf8');
  const model = parseTfjsModel(text, { source: file }) as io.ModelJSON & {
    modelTopology: Topology;
  };
  const folder = dirname(file);
  const read = (path: string): Uint8Array =>
    bundled
      ? Buffer.from(require(join(folder, `${path}.min.js`)) as string, 'base64')
      : readFileSync(join(folder, path));
  const { weightsManifest, ...rest } = model;
  const bytes = Buffer.concat(weightsManifest.flatMap(({ paths }) => paths.map(read)));
  return {
    ...rest,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(bytes).buffer,
  };
}

/** A hash of topology and weights, which is equal for identical models. */
export function fingerprint({ modelTopology, weightData }: Artifacts): string {
  const hash = createHash('sha256').update(JSON.stringify(modelTopology));
  return hash.update(new Uint8Array(weightData)).digest('hex');
}
