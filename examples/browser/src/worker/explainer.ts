import { normalize } from '@shroom/data';
import {
  type Cut,
  contrast,
  eigenCam,
  explain,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  layerCam,
  logit,
  type Method,
  type PreparedModel,
  prepareModel,
} from '@shroom/gradcam';
import { type Tensor4D, tensor4d, tidy, zeros } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { DrawnMap, Look, MethodName, Question } from '../calls';
import type { ModelManifest } from '../model-manifest';
import { drawMap, type Placement } from './map-picture';
import { buildModel, warmUp } from './model';
import type { ModelBytes } from './model-files';
import { readPhoto, viewOf } from './photo';

const methods: Record<MethodName, Method> = {
  gradCam: gradCam(),
  gradCamPlusPlus: gradCamPlusPlus(),
  layerCam: layerCam(),
  hiResCam: hiResCam(),
  eigenCam: eigenCam(),
};

/** A photo that was looked at. */
interface Seen extends Placement {
  readonly images: Tensor4D;
  /** Feature maps that were computed, by layer: another class or method need not compute them again. */
  readonly cuts: Map<string, Cut>;
}

/** A model, and the photos that it is asked about. */
export class Explainer {
  readonly #seen = new Map<string, Seen>();
  readonly #prepared = new Map<string, PreparedModel>();

  readonly #model: LayersModel;
  readonly #manifest: ModelManifest;

  private constructor(model: LayersModel, manifest: ModelManifest) {
    this.#model = model;
    this.#manifest = manifest;
  }

  static async create(bytes: ModelBytes): Promise<Explainer> {
    const { manifest } = bytes;
    const model = await buildModel(bytes);
    const images = zeros([1, ...manifest.preprocessing.size, 3]);
    await warmUp(model, images);
    images.dispose();
    return new Explainer(model, manifest);
  }

  /** What the model says of a photo. @throws PictureError when it cannot be read. */
  async look(photo: string, file: Blob): Promise<Look> {
    const { preprocessing, layers } = this.#manifest;
    const start = performance.now();
    const pixels = await readPhoto(file);
    const { height, width, fallback } = pixels;
    const view = viewOf(pixels, preprocessing);
    const input = new Float32Array(view.pixels.height * view.pixels.width * 3);
    normalize(view.pixels, preprocessing, input);
    const images = tensor4d(input, [1, view.pixels.height, view.pixels.width, 3]);
    this.forget(photo);
    this.#seen.set(photo, { images, height, width, steps: view.steps, cuts: new Map() });
    const last = layers[0]!.name;
    const parts = this.#preparedAt(last);
    const { features, side } = this.#cutOf(this.#seen.get(photo)!, parts);
    const output = tidy(() => parts.tail(features, side));
    const logits = Array.from(await output.data());
    output.dispose();
    const milliseconds = performance.now() - start;
    return { logits, height, width, ...(fallback && { fallback }), milliseconds };
  }

  async explain({ photo, method, layer, classIndex, against }: Question): Promise<DrawnMap> {
    const seen = this.#seen.get(photo);
    if (!seen) throw new Error('This photo is no longer here.');
    const start = performance.now();
    const parts = this.#preparedAt(layer);
    const cut = this.#cutOf(seen, parts);
    const [explanation] = await explain(
      { ...parts, forward: () => ({ ...cut, dispose: () => {} }) },
      seen.images,
      {
        method: methods[method],
        classIndex,
        target: against === undefined ? logit : contrast({ against }),
      },
    );
    const drawn = drawMap(explanation!, seen, against !== undefined);
    return { ...drawn, milliseconds: performance.now() - start };
  }

  forget(photo: string): void {
    const seen = this.#seen.get(photo);
    if (!seen) return;
    this.#seen.delete(photo);
    seen.images.dispose();
    for (const cut of seen.cuts.values()) cut.dispose();
  }

  #preparedAt(layer: string): PreparedModel {
    const known =
      this.#prepared.get(layer) ?? prepareModel(this.#model, { tap: layer, link: 'softmax' });
    this.#prepared.set(layer, known);
    return known;
  }

  #cutOf({ images, cuts }: Seen, parts: PreparedModel): Cut {
    const known = cuts.get(parts.tap) ?? parts.forward(images);
    cuts.set(parts.tap, known);
    return known;
  }
}
