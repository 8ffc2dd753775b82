import type { HeatMap } from '../explain';
import type { ColorMap } from './colors';

/** A map with what it is of. */
export interface PageMap {
  readonly className: string;
  readonly layer: string;
  readonly method: string;
  /** Of the whole photo, at any size; what is below 0 is not drawn. */
  readonly map: HeatMap;
}

export interface ClassProbability {
  readonly className: string;
  readonly probability: number;
}

export interface PageOptions {
  readonly title: string;
  /** A sentence below the title. */
  readonly note?: string;
  /** Stand beside the classes, the highest first. */
  readonly probabilities?: readonly ClassProbability[];
  readonly colors?: ColorMap;
}
