import type { PatchTokens } from '../layers/patch-tokens';
import { resamplePositions } from '../layers/resampling';
import { fixedShape, type WrittenCall } from './network-writer';

/** What a network adds to its patches. */
export interface LearnedTokens {
  /** The tokens before the patches, `[prefix, C]`. */
  readonly before: Float32Array;
  /** The positions of the patches, `[height * width, C]`. */
  readonly positions: Float32Array | undefined;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * The learned tokens of a `PatchTokens` layer, for the network's input size.
 *
 * @param format Name of the format, for the error message.
 * @throws Error when images of any size are allowed.
 */
export function learnedTokens(call: WrittenCall, format: string): LearnedTokens {
  const { layer, weights } = call;
  const [, height, width, channels] = fixedShape(call, format) as [null, number, number, number];
  const { grid, classPosition } = (layer as PatchTokens).config;
  const [first, registers, all] = ['class_token', 'registers', 'positions'].map(
    part => weights.get(part)?.values,
  );
  const own = all?.subarray(classPosition ? channels : 0);
  const position = classPosition ? all : undefined;
  const placed = first?.map((value, k) => value + (position?.[k] ?? 0));
  return {
    before: Float32Array.from([...(placed ?? []), ...(registers ?? [])]),
    positions: own && resamplePositions(own, { grid, height, width }),
    ...{ height, width, channels },
  };
}

/** What the learned vector of a `LatentAttention` asks, scaled: `[C]`. */
export function latentQuery({ weights, config }: WrittenCall): Float32Array {
  const [latent, kernel, bias] = ['latent', 'kernel', 'bias'].map(
    part => weights.get(part)!.values,
  ) as [Float32Array, Float32Array, Float32Array];
  const channels = bias.length;
  const scale = Math.sqrt((config.heads as number) / channels);
  return bias.map((offset, to) => {
    const sum = latent.reduce((all, value, from) => all + value * kernel[from * channels + to]!, 0);
    return (sum + offset) * scale;
  });
}
