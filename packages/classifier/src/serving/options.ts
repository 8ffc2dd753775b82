import type { Explanation, HeatMap, Method } from '@shroom/gradcam';
import type { PhotoError } from '../errors';
import type { Prediction } from './answer';

export interface PredictOptions {
  /** Views of each photo whose probabilities are averaged. Default: as many as in the test of the run. */
  readonly views?: number;
  readonly signal?: AbortSignal;
}

export interface ExplainOptions {
  /** Default Grad-CAM. */
  readonly method?: Method;
  /** Layer whose feature map is looked at, or `last-convolution`. Default: the last feature map. */
  readonly tap?: string;
  /** Of which class, by its name. Default: the most probable one. */
  readonly class?: string;
  /** Another class, by its name: the map then shows what speaks for the one rather than for the other, and `explanation.signed` both. */
  readonly against?: string;
  /** Which of several extractors is looked at. Default 0, the first. */
  readonly extractor?: number;
  readonly signal?: AbortSignal;
}

/** A photo that could not be read, among those of `predictEach`. */
export interface FailedPhoto {
  readonly photo: string;
  readonly error: PhotoError;
}

/** What a classifier says of a photo, from one view, and what it looked at. */
export type Explained = Prediction & {
  /** The class that is explained. */
  readonly explained: string;
  /** At least 0, not normalized, at the resolution of the layer. */
  readonly map: HeatMap;
  /** Everything that `explain` of `@shroom/gradcam` gives. */
  readonly explanation: Explanation;
};
