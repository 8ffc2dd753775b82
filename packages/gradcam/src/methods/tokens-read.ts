import {
  divNoNan,
  grad,
  keep,
  norm,
  type Scalar,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { differentiated, type Evidence } from '../evidence';
import { observed } from '../gradients/observed';
import type { Attentions } from './attention';

/**
 * How much of what the classifier reads is of each token: `[N, T]`, and 1 for all tokens of an image. It is all of the class token, or the
 * same of each patch, where the classifier says so. Otherwise it is as long as the gradient of the score with respect to the token; all are
 * 0 where the score depends on no token.
 *
 * @throws GradientError when the classifier cannot be differentiated.
 */
export async function tokensRead(
  { parts, images, score }: Evidence,
  { layers, tokens, readers }: Attentions,
): Promise<Float32Array> {
  const [count, , , length] = layers[0]!.weights.shape;
  const [pooling, other] = readers;
  const { mode, prefix } = pooling?.layer.getConfig() ?? {};
  if (pooling?.layer.getClassName() === 'ShroomTokenPooling' && !other && mode !== 'cls+mean') {
    const [from, to] = mode === 'cls' ? [0, 1] : [prefix as number, length];
    return Float32Array.from({ length: count * length }, (_, index) => {
      const token = index % length;
      return token >= from && token < to ? 1 / (to - from) : 0;
    });
  }
  const photos = [...Array(count).keys()];
  let strength: Tensor | undefined;
  const total = (pixels: Tensor): Scalar => {
    const logits = parts.through!(pixels as Tensor4D, (value, tensor) =>
      value === tokens
        ? observed(tensor, gradient => {
            strength = keep(norm(gradient, 2, -1));
          })
        : tensor,
    );
    return sum(score(logits, photos));
  };
  await differentiated(() => tidy(() => void grad(total)(images)));
  const shares = tidy(() => divNoNan(strength!, sum(strength!, 1, true)));
  try {
    return (await shares.data()) as Float32Array;
  } finally {
    strength!.dispose();
    shares.dispose();
  }
}
