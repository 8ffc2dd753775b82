import { type FeaturePart, headOn } from '@shroom/head';
import type { Restorable } from '@shroom/train/node';
import {
  concat,
  mean,
  reshape,
  slice,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { CutExtractor, Extractor } from './extractor';

/**
 * The trained layers of one extractor with the head on top: from rows of `Features.maps` to logits. With several extractors, a row is the
 * feature map at the cut followed by the features of the others. The head takes the features in the order of the extractors.
 */
export function headOnTrained(
  head: LayersModel,
  { extractor, cut: { trained, shape } }: CutExtractor,
  extractors: readonly Extractor[],
): Restorable {
  if (extractors.length === 1) return headOn(trained, head);
  const place = extractors.indexOf(extractor);
  const size = (shape as number[]).reduce((product, side) => product * side, 1);
  const widths = extractors.filter(each => each !== extractor).map(({ width }) => width);
  const part: FeaturePart = {
    ...trained,
    apply: (rows, mode) =>
      tidy(() => {
        const count = rows.shape[0]!;
        const maps = reshape(slice(rows as Tensor2D, [0, 0], [count, size]), [
          count,
          ...(shape as number[]),
        ]);
        const own = pooled(trained.apply(maps, mode));
        const others: Tensor[] = [];
        let start = size;
        for (const width of widths) {
          others.push(slice(rows as Tensor2D, [0, start], [count, width]));
          start += width;
        }
        others.splice(place, 0, own);
        return concat(others as Tensor2D[], 1);
      }),
  };
  return headOn(part, head);
}

const pooled = (features: Tensor): Tensor =>
  features.rank === 4 ? mean(features as Tensor4D, [1, 2]) : features;
