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

/** Bytes of the model that are here, of all. */
export interface LoadProgress {
  readonly received: number;
  readonly total: number;
  /** How many of them were kept from an earlier visit. */
  readonly kept: number;
}

/** What the model says of a photo. */
export interface Look {
  readonly prediction: Prediction;
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
  readonly layer: Layer;
  /** By its name. */
  readonly class: string;
  /** Another class: what speaks for the one rather than for this one. */
  readonly against?: string;
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
  /** Times an engine, in a worker that is ended afterwards. */
  measure: { argument: { readonly engine: EngineName }; answer: { readonly milliseconds: number } };
  start: { argument: { readonly engine: EngineName }; answer: undefined };
  /** Opens the classifier on the engine that was started; its files are kept where the browser allows it. */
  open: { argument: { readonly folder: string }; answer: OpenedModel };
  look: { argument: { readonly photo: string; readonly file: Blob }; answer: Look };
  explain: { argument: Question; answer: DrawnMap };
  forget: { argument: { readonly photo: string }; answer: undefined };
  drawMushroom: { argument: { readonly seed: number }; answer: File };
}

/** A layer that can be looked at. */
export interface Layer {
  /** Of which network of the classifier. */
  readonly extractor: number;
  readonly name: string;
  readonly stride: number;
  /** Whether the decision is made from it. */
  readonly last: boolean;
}

export interface OpenedModel {
  readonly file: ClassifierFile;
  /** Of each network, the last one first. */
  readonly layers: readonly Layer[];
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
