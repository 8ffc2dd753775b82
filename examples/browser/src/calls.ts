import type { EngineName } from './engine-name';
import type { ModelManifest } from './model-manifest';

export const methodNames = [
  'gradCam',
  'gradCamPlusPlus',
  'layerCam',
  'hiResCam',
  'eigenCam',
] as const;
export type MethodName = (typeof methodNames)[number];

/** Bytes of the model that are here, of all. */
export interface LoadProgress {
  readonly received: number;
  readonly total: number;
  /** How many of them were kept from an earlier visit. */
  readonly kept: number;
}

/** What the model says of a photo. */
export interface Look {
  readonly logits: readonly number[];
  /** Of the photo, upright, in its own pixels. */
  readonly height: number;
  readonly width: number;
  /** Why the browser decoded it, where the pixels may not be those in Node. */
  readonly fallback?: string;
  readonly milliseconds: number;
}

/** A heat map that somebody wants to see. */
export interface Question {
  readonly photo: string;
  readonly method: MethodName;
  readonly layer: string;
  readonly classIndex: number;
  /** Another class: what speaks for `classIndex` rather than for this one. */
  readonly against?: number;
}

/** A heat map in the proportions of the photo, to be laid over it. */
export interface DrawnMap {
  /** `[height, width, 4]`; the more opaque, the higher the map. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
  /** Places of the map itself, before it was enlarged. */
  readonly places: readonly [number, number];
  /** Where it is strongest, in words; absent where no place raised the score. */
  readonly strongest?: string;
  /** Where most speaks against, where the question was `against` a class. */
  readonly opposite?: string;
  readonly milliseconds: number;
}

/** What the page asks of its worker: argument and answer of each call. */
export interface Calls {
  /** Brings the model's files, and keeps them where the browser allows it. */
  fetchModel: { argument: { readonly folder: string }; answer: FetchedModel };
  /** Times an engine, in a worker that is ended afterwards. */
  measure: { argument: { readonly engine: EngineName }; answer: { readonly milliseconds: number } };
  start: { argument: { readonly engine: EngineName }; answer: { readonly milliseconds: number } };
  look: { argument: { readonly photo: string; readonly file: Blob }; answer: Look };
  explain: { argument: Question; answer: DrawnMap };
  forget: { argument: { readonly photo: string }; answer: undefined };
  drawMushroom: { argument: { readonly seed: number }; answer: File };
}

export interface FetchedModel {
  readonly manifest: ModelManifest;
  /** Whether the browser keeps it for use without a network. */
  readonly kept: boolean;
}

export type CallName = keyof Calls;

/** To the worker. */
export type CallMessage =
  | { readonly id: number; readonly name: CallName; readonly argument: unknown }
  | { readonly id: number; readonly canceled: true };

/** From the worker. */
export type AnswerMessage =
  | { readonly id: number; readonly progress: LoadProgress }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
