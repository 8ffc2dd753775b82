import type { EpochRecord } from '@shroom/train';
import type { Engine } from './engine/engine';
import type { Extractor } from './network/extractor';
import type { FeaturePlan } from './network/plan';
import type { NamedPhotos } from './photos/open-set';
import type { PhotoSplit } from './photos/splitting';
import type { TaskName } from './task';

/** What a training has found out or decided, in the order in which it does. */
export type TrainEvent =
  | { readonly kind: 'engine'; readonly engine: Engine }
  | { readonly kind: 'photos'; readonly photos: NamedPhotos; readonly split: PhotoSplit }
  /** Whether a photo has one class or several, and why. */
  | { readonly kind: 'task'; readonly task: TaskName; readonly reason: string }
  | {
      readonly kind: 'backbone';
      readonly extractors: readonly Extractor[];
      /** The last layer that stays frozen; absent where all of the network does. */
      readonly cut?: string;
      readonly size: number;
    }
  /** What the features will take, before they are computed. */
  | { readonly kind: 'plan'; readonly plan: FeaturePlan }
  | {
      readonly kind: 'trained';
      readonly history: readonly EpochRecord[];
      /** Epochs if none of the phases had ended early. */
      readonly mostEpochs: number;
    }
  /** Something that the caller should know, in a sentence. */
  | { readonly kind: 'notice'; readonly text: string };
