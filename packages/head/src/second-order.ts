import { type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { CovariancePooling, registerCovariancePooling } from './covariance-pooling';
import type { PrincipalDirections } from './principal-directions';

/** A layer of the backbone that is pooled, with the center and the directions for its features. */
export interface PooledTap extends PrincipalDirections {
  readonly layer: string;
}

/**
 * Builds a model whose features are second-order pooled at some layers of a backbone, from images to `[N, taps * components²]`. The
 * backbone's layers are shared, not copied: dispose the backbone, not this model.
 *
 * On small sets, these features separate classes better than averages do, at the cost of one product of small matrices.
 *
 * @param tokens `prefix`: number of tokens before the patches, for layers of tokens.
 * @throws RangeError when a tap's center and directions do not match the number of channels of its layer.
 * @example
 * ```ts
 * import { resnet50 } from '@shroom/models/node';
 * import { type Tensor4D } from '@tensorflow/tfjs-core';
 *
 * const { model: backbone } = await resnet50({ size: 224 });
 * const frame = await principalDirections(backbone.predict(images) as Tensor4D, 32);
 * const pooled = poolCovariances(backbone, [{ layer: 'layer4.2.relu', ...frame }]);
 * const model = attachHead(pooled, linearHead(32 ** 2, classNames.length));
 * ```
 */
export function poolCovariances(
  backbone: LayersModel,
  taps: readonly PooledTap[],
  { prefix = 0 }: { readonly prefix?: number } = {},
): LayersModel {
  registerCovariancePooling();
  const pooled = taps.map(({ layer, center, directions }) => {
    const maps = backbone.getLayer(layer).output as SymbolicTensor;
    const channels = maps.shape.at(-1)!;
    const components = directions.length / channels;
    if (center.length !== channels || !Number.isInteger(components)) {
      throw new RangeError(
        `'${layer}' has ${channels} channels; the center has ${center.length}, the directions ${directions.length} numbers.`,
      );
    }
    const pooling = new CovariancePooling({ components, prefix, name: `covariance.${layer}` });
    const output = pooling.apply(maps) as SymbolicTensor;
    const frame: Tensor[] = [tensor1d(center), tensor2d(directions, [channels, components])];
    pooling.setWeights(frame);
    for (const tensor of frame) tensor.dispose();
    return output;
  });
  const outputs =
    pooled.length === 1
      ? pooled[0]!
      : (layers.concatenate({ name: 'covariances' }).apply(pooled) as SymbolicTensor);
  return model({ inputs: backbone.inputs, outputs, name: 'pooled' });
}
