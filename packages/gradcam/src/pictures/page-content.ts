import type { HeatMap } from '../explain';
import type { ColorMap } from './colors';

/** A map with its photo, class, layer and method. */
export interface PageMap {
  readonly className: string;
  readonly layer: string;
  readonly method: string;
  /** Map of the whole photo, of any size. Negative values are not drawn. */
  readonly map: HeatMap;
}

export interface ClassProbability {
  readonly className: string;
  readonly probability: number;
}

export interface PageOptions {
  readonly title: string;
  /** Sentence below the title. */
  readonly note?: string;
  /** Probabilities that stand beside the classes, the highest first. */
  readonly probabilities?: readonly ClassProbability[];
  readonly colors?: ColorMap;
}
