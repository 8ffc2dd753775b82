import type { Generate, Normalization, Photo, PhotoSet, Pixels } from '@shroom/data';
import type { Sample } from '@shroom/data/node';
import type { Drawing, generate } from '@shroom/drawn/generate';
import type { DrawnPhotos } from '@shroom/drawn/node';
import type { Picture } from '@shroom/gradcam';
import type { classifierHead, FeaturePart, TrainedClassifier } from '@shroom/head';
import type { CutBackbone, Preprocessing } from '@shroom/models';
import type { Trainable } from '@shroom/train';
import type { Restorable } from '@shroom/train/node';
import { expectTypeOf, test } from 'vitest';

// The packages do not import each other, but their interfaces are compatible. The compiler checks this.
test('what the packages hand to each other fits', () => {
  expectTypeOf<Preprocessing>().toExtend<Normalization>();
  expectTypeOf<ReturnType<typeof classifierHead>>().toExtend<Trainable>();
  expectTypeOf<ReturnType<typeof classifierHead>>().toExtend<Restorable>();
  expectTypeOf<CutBackbone['trained']>().toExtend<FeaturePart>();
  expectTypeOf<TrainedClassifier>().toExtend<Restorable>();
  expectTypeOf<Photo>().toExtend<Sample>();
  expectTypeOf<DrawnPhotos>().toExtend<PhotoSet>();
  expectTypeOf<typeof generate>().toExtend<Generate<Drawing>>();
  expectTypeOf<Pixels>().toExtend<Picture>();
  expectTypeOf<Picture>().toExtend<Pixels>();
});
