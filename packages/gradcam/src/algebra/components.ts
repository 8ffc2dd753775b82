import { type Tensor, type Tensor3D, type Tensor4D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { leadingEigenvector } from './eigenvector';

/** Features of one image, with each channel's mean over all positions subtracted. Positions are rows, channels are columns. */
export interface Centered {
  readonly values: Float64Array;
  readonly places: number;
  readonly channels: number;
}

export type Component = (features: Centered) => Float64Array;

/** Computes a component of each image's weighted features. The weighted features are created and disposed here. */
export async function eachWeighted(
  weighted: () => Tensor,
  component: Component,
): Promise<Tensor3D> {
  const features = tidy(weighted) as Tensor4D;
  try {
    return await eachImage(features, component);
  } finally {
    features.dispose();
  }
}

export async function eachImage(features: Tensor4D, component: Component): Promise<Tensor3D> {
  const [count, height, width, channels] = features.shape;
  const values = (await features.data()) as Float32Array;
  const places = height * width;
  const maps = new Float32Array(count * places);
  for (let image = 0; image < count; image++) {
    const own = values.subarray(image * places * channels, (image + 1) * places * channels);
    maps.set(component(centered(own, places, channels)), image * places);
  }
  return tensor3d(maps, [count, height, width]);
}

function centered(features: Float32Array, places: number, channels: number): Centered {
  const values = Float64Array.from(features, value => (Number.isNaN(value) ? 0 : value));
  for (let channel = 0; channel < channels; channel++) {
    let total = 0;
    for (let i = channel; i < values.length; i += channels) total += values[i]!;
    for (let i = channel; i < values.length; i += channels) values[i]! -= total / places;
  }
  return { values, places, channels };
}

/**
 * Returns the first principal component times its singular value. The code works on the matrix itself, because
 * its square would be large at an early tap.
 */
export function principalComponent({ values, places, channels }: Centered): Float64Array {
  const { value, vector } = leadingEigenvector(weights => {
    const direction = new Float64Array(channels);
    for (let place = 0, i = 0; place < places; place++) {
      for (let channel = 0; channel < channels; channel++, i++)
        direction[channel]! += weights[place]! * values[i]!;
    }
    const result = new Float64Array(places);
    for (let place = 0, i = 0; place < places; place++) {
      for (let channel = 0; channel < channels; channel++, i++)
        result[place]! += direction[channel]! * values[i]!;
    }
    return result;
  }, places);
  return vector.map(entry => entry * Math.sqrt(Math.max(0, value)));
}

export function kernelPrincipalComponent(
  { values, places, channels }: Centered,
  scale: number,
): Float64Array {
  const products = new Float64Array(places * places);
  for (let a = 0; a < places; a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let channel = 0; channel < channels; channel++)
        product += values[a * channels + channel]! * values[b * channels + channel]!;
      products[a * places + b] = products[b * places + a] = Math.tanh(scale * product + 1);
    }
  }
  // The kernel matrix of centered images of the positions is K with the mean subtracted before and after.
  const { value, vector } = leadingEigenvector(weights => {
    const start = withoutMean(weights);
    const result = new Float64Array(places);
    for (let a = 0, i = 0; a < places; a++)
      for (let b = 0; b < places; b++, i++) result[a]! += products[i]! * start[b]!;
    return withoutMean(result);
  }, places);
  return vector.map(entry => entry * Math.sqrt(Math.max(0, value)));
}

function withoutMean(vector: Float64Array): Float64Array {
  const mean = vector.reduce((total, entry) => total + entry, 0) / vector.length;
  return vector.map(entry => entry - mean);
}
