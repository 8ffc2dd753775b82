import { OnnxModel } from '@shroom/formats';
import { blockedDomain } from '../onnx/encoder';
import type { HostTensor, Tensors } from './runtime';

/*
 * ONNX Runtime has a third layout of images, in which the channels of a pixel lie in blocks as long as a vector register:
 * `[N, C / block, H, W, block]`. Its depthwise convolutions are four to ten times as fast in it. By itself it uses the
 * layout only where the filters are part of the model, which they are not while they are trained. How long a block is
 * depends on the processor, and some processors have none.
 */

interface Runs {
  run(feeds: Tensors, fetches: Tensors, options: object): unknown;
  dispose(): void;
}

/** No block is longer. */
const mostChannels = 16;

/**
 * Measures the number of channels in a block.
 *
 * @param load Compiles a model.
 * @returns `undefined` if ONNX Runtime has no blocks on this processor.
 */
export function channelsInBlock(load: (model: OnnxModel) => Runs): number | undefined {
  const dims = [1, mostChannels, 1, 2];
  const tensor = (): HostTensor => ({
    type: 'float32',
    dims,
    data: Float32Array.from({ length: 2 * mostChannels }, (_, i) => i),
    location: 'cpu',
  });
  const model = new OnnxModel();
  const input = model.input('float32', dims);
  const blocks = model.add('ReorderInput', [input], {}, '', blockedDomain);
  const output = model.output(blocks, 'float32', dims);
  try {
    const session = load(model);
    const reordered = tensor();
    session.run({ [input]: tensor() }, { [output]: reordered }, {});
    session.dispose();
    // The second pixel of the first channel comes after the block of the first pixel.
    const channels = reordered.data.indexOf(1);
    return channels > 1 ? channels : undefined;
  } catch {
    return undefined;
  }
}
