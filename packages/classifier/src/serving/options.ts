import type { Explanation, HeatMap, Method } from '@shroom/gradcam';
import type { PhotoError } from '../errors';
import type { NamesOf } from '../requirements';
import type { Prediction } from './answer';

export interface PredictOptions {
  /** Number of views of each photo whose probabilities are averaged. Default: as many as in the test of the run. */
  readonly views?: number;
  readonly signal?: AbortSignal;
}

export interface ExplainOptions {
  /** Method of the heat map. Default Grad-CAM. */
  readonly method?: Method;
  /**
   * Stage or layer whose feature map is explained, such as `layer3` or `layer3.5.relu`, or `last-convolution`. Default: the layer of the last
   * feature map; of a vision transformer, what the last attention reads.
   */
  readonly tap?: string;
  /** Name of the class that is explained. Default: the most probable class. */
  readonly class?: string;
  /**
   * Name of a second class. The map then shows the evidence for `class` rather than for this class; `explanation.signed` has the evidence
   * for both.
   */
  readonly against?: string;
  /** Index of the extractor that is explained. Default 0, the first. */
  readonly extractor?: number;
  readonly signal?: AbortSignal;
}

export const predictOptions: NamesOf<PredictOptions> = { views: true, signal: true };

export const explainOptions: NamesOf<ExplainOptions> = {
  ...{ method: true, tap: true, class: true, against: true, extractor: true, signal: true },
};

/** The result of `predictEach` for a photo that could not be read. */
export interface FailedPhoto {
  readonly photo: string;
  readonly error: PhotoError;
}

/** The answer for one photo, from one view, with its heat map. */
export type Explained = Prediction & {
  /** Name of the class that the heat map explains. */
  readonly explained: string;
  /** The heat map: values of at least 0, not normalized, at the resolution of the layer. */
  readonly map: HeatMap;
  /** The full result of `explain` of `@shroom/gradcam`. */
  readonly explanation: Explanation;
};
