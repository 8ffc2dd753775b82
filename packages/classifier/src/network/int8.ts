import { foldBatchNorm, TokenPooling } from '@shroom/models';
import type { ActivationRanges } from '@shroom/models/int8';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Extractor, isSummary } from './extractor';

/**
 * Measures the ranges of a frozen network's values, which integers of 8 bits need.
 *
 * @param batches Preprocessed images `[N, H, W, 3]`. Each batch is disposed after use.
 * @throws CalibrationError when no layer of the network can compute with integers.
 */
export async function rangesOf(
  extractor: Extractor,
  batches: AsyncIterable<Tensor>,
): Promise<ActivationRanges> {
  const { calibrateInt8 } = await import('@shroom/models/int8');
  const folded = foldBatchNorm(wholeOf(extractor));
  try {
    return await calibrateInt8(folded, batches);
  } finally {
    folded.dispose();
  }
}

/**
 * The same extractor, whose features are computed with integers of 8 bits by the engine `ort`. Heat maps and exports still compute with the
 * network of 32 bits.
 *
 * @param ranges From `rangesOf`.
 * @throws CalibrationError when the ranges are those of another network.
 */
export async function withInt8(extractor: Extractor, ranges: ActivationRanges): Promise<Extractor> {
  const { exportInt8Onnx } = await import('@shroom/models/int8');
  const { openOnnx } = await import('@shroom/backend-ort');
  const folded = foldBatchNorm(wholeOf(extractor));
  let bytes: Uint8Array;
  try {
    bytes = await exportInt8Onnx(folded, ranges, { layout: 'NHWC' });
  } finally {
    folded.dispose();
  }
  const file = openOnnx(bytes);
  const widths = folded.outputs.map(
    ({ shape }, k) => [k === 0 ? 'output' : `output${k}`, shape[1]!] as const,
  );
  return {
    ...extractor,
    int8: {
      ranges,
      compute: images => {
        const [count] = images.shape;
        const shapes = widths.map(([name, width]) => [name, [count!, width]] as const);
        const [summary, features = summary!] = file.run({ images }, Object.fromEntries(shapes));
        return { summary: summary!, features };
      },
      dispose: () => file.dispose(),
    },
    dispose: () => {
      file.dispose();
      extractor.dispose();
    },
  };
}

/** From images to the summary and the features, or to the features alone if they are the summary. */
function wholeOf(extractor: Extractor): LayersModel {
  const { backbone, features } = extractor;
  if (isSummary(extractor)) return features;
  const { model: network, tokens } = backbone;
  const name = 'summary/average';
  const average = tokens
    ? new TokenPooling({ mode: 'mean', prefix: tokens.prefix, name })
    : layers.globalAveragePooling2d({ name });
  const summary = average.apply(network.outputs[0]!) as SymbolicTensor;
  return model({ inputs: network.inputs, outputs: [summary, features.outputs[0]!] });
}
