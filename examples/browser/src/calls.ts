import type { ClassifierFile, Prediction } from '@shroom/classifier/browser';
import type { EngineName } from './engine-name';

export const methodNames = [
  'gradCam',
  'gradCamPlusPlus',
  'layerCam',
  'hiResCam',
  'eigenCam',
] as const;
export type MethodName = (typeof methodNames)[number];

/** Progress of loading the model, in bytes. */
export interface LoadProgress {
  readonly received: number;
  readonly total: number;
  /** Bytes that were stored at an earlier visit. */
  readonly kept: number;
}

/** The answer for a photo. */
export interface Look {
  readonly prediction: Prediction;
  /** Size of the photo in pixels, after turning it upright. */
  readonly height: number;
  readonly width: number;
  /** Why the browser's own decoder read the photo. Its pixels may differ from those in Node. */
  readonly fallback?: string;
  readonly milliseconds: number;
}

/** Which heat map to compute. */
export interface Question {
  readonly photo: string;
  readonly method: MethodName;
  readonly layer: Layer;
  /** Name of the class that is explained. */
  readonly class: string;
  /** Name of a second class. The map then shows the evidence for `class` rather than for this class. */
  readonly against?: string;
}

/** A drawn heat map in the proportions of the photo, to be shown on top of it. */
export interface DrawnMap {
  /** RGBA values `[height, width, 4]`. Higher values of the map are more opaque. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
  /** Resolution `[height, width]` of the map before it was enlarged. */
  readonly places: readonly [number, number];
  /** Where the map is strongest, in words. Absent if no place raised the score. */
  readonly strongest?: string;
  /** Where the evidence for the second class is strongest, in words. Only if the question has `against`. */
  readonly opposite?: string;
  readonly milliseconds: number;
}

/** The calls from the page to its worker, with the types of argument and answer. */
export interface Calls {
  /** Times an engine. The page ends the worker afterwards. */
  measure: { argument: { readonly engine: EngineName }; answer: { readonly milliseconds: number } };
  start: { argument: { readonly engine: EngineName }; answer: undefined };
  /**
   * Opens a classifier on the engine that was started: a folder of the server, whose files are stored for offline use if the browser allows
   * it, or a zip that somebody has chosen.
   */
  open: { argument: { readonly from: string | File }; answer: OpenedModel };
  look: { argument: { readonly photo: string; readonly file: Blob }; answer: Look };
  explain: { argument: Question; answer: DrawnMap };
  forget: { argument: { readonly photo: string }; answer: undefined };
  drawMushroom: { argument: { readonly seed: number }; answer: File };
}

/** A layer that can be explained. */
export interface Layer {
  /** Index of the network that the layer belongs to. */
  readonly extractor: number;
  readonly name: string;
  readonly stride: number;
  /** Whether this is the network's last layer, from which the classifier decides. */
  readonly last: boolean;
}

export interface OpenedModel {
  readonly file: ClassifierFile;
  /** Says that it computes in another precision than it was trained in. */
  readonly fallback?: string;
  /** Layers of each network, the last layer first. */
  readonly layers: readonly Layer[];
  /** Whether the page can draw pictures of some of the classes. */
  readonly draws: boolean;
  /** Whether the browser has stored the model for offline use. */
  readonly kept: boolean;
}

export type CallName = keyof Calls;

/** A message from the page to the worker. */
export type CallMessage =
  | { readonly id: number; readonly name: CallName; readonly argument: unknown }
  | { readonly id: number; readonly canceled: true };

/** A message from the worker to the page. */
export type AnswerMessage =
  | { readonly id: number; readonly progress: LoadProgress }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
