import {
  type Classifier,
  type Look as ClassifierLook,
  PhotoError,
} from '@shroom/classifier/browser';
import {
  eigenCam,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  layerCam,
  type Method,
} from '@shroom/gradcam';
import type { DrawnMap, Layer, Look, MethodName, Question } from '../calls';
import { drawMap } from './map-picture';
import { checkPhoto, shownSize, unreadable } from './photo';

const methods: Record<MethodName, Method> = {
  gradCam: gradCam(),
  gradCamPlusPlus: gradCamPlusPlus(),
  layerCam: layerCam(),
  hiResCam: hiResCam(),
  eigenCam: eigenCam(),
};

/** A classified photo, and its size. */
interface Seen {
  readonly look: ClassifierLook;
  readonly height: number;
  readonly width: number;
}

/** A classifier, and the photos on the page. */
export class Explainer {
  readonly #classifier: Classifier;
  readonly #seen = new Map<string, Seen>();

  constructor(classifier: Classifier) {
    this.#classifier = classifier;
  }

  get layers(): readonly Layer[] {
    return this.#classifier.file.extractors.flatMap((_, extractor) =>
      // The stem is left out: its feature map is too far from the decision to explain it.
      this.#classifier
        .tapsOf(extractor)
        .slice(1)
        .reverse()
        .map(({ layer, stride }, index) => ({ extractor, name: layer, stride, last: index === 0 })),
    );
  }

  /** Runs the networks once, so that the engine compiles its programs before the first photo. */
  async warmUp(): Promise<void> {
    await this.#classifier.predict({ data: new Uint8Array(3), height: 1, width: 1 }, { views: 1 });
  }

  /** Classifies a photo. @throws PictureError when the photo cannot be read. */
  async look(photo: string, file: Blob): Promise<Look> {
    const start = performance.now();
    const claimed = await checkPhoto(file);
    const look = await this.#classifier.look(file).catch(error => {
      throw error instanceof PhotoError ? unreadable(error.cause, claimed !== undefined) : error;
    });
    const { height, width } = await shownSize(file).catch(error => {
      look.dispose();
      throw error;
    });
    this.forget(photo);
    this.#seen.set(photo, { look, height, width });
    const { prediction, fallback } = look;
    const milliseconds = performance.now() - start;
    return { prediction, height, width, ...(fallback && { fallback }), milliseconds };
  }

  async explain(question: Question): Promise<DrawnMap> {
    const { photo, method, layer, class: name, against } = question;
    const seen = this.#seen.get(photo);
    if (!seen) throw new Error('This photo is no longer here.');
    const start = performance.now();
    const { explanation } = await seen.look.explain({
      method: methods[method],
      extractor: layer.extractor,
      tap: layer.name,
      class: name,
      ...(against !== undefined && { against }),
    });
    const { size } = this.#classifier.preprocessing;
    const drawn = drawMap(explanation, { ...seen, seenAt: size }, against !== undefined);
    return { ...drawn, milliseconds: performance.now() - start };
  }

  forget(photo: string): void {
    this.#seen.get(photo)?.look.dispose();
    this.#seen.delete(photo);
  }
}
