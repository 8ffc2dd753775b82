import { sum, type Tensor3D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import type { Evidence } from '../evidence';

/**
 * How a heat map is made. Every method is the result of a call: `gradCam()`, `scoreCam()`, `rise({ masks: 100 })`.
 * One of your own is made with {@link customMethod}, or is an object of this form.
 */
export interface Method {
  /** Whether `map` reads `evidence.gradient`. */
  readonly needsGradient: boolean;
  /**
   * @returns `[N, h, w]`, signed; the caller disposes it.
   */
  map(evidence: Evidence): Promise<Tensor3D>;
  /** `[N, h, w, C]`, what each channel gives to the map; where a method is a sum over the channels. */
  readonly contributions?: Contributions;
}

export type Contributions = (features: Tensor4D, gradient: Tensor4D) => Tensor4D;

/**
 * What was given as a method is none, or is not of the kind that another method needs.
 *
 * @example
 * ```ts
 * function withLessNoise(method: Method): Method {
 *   try {
 *     return eigenSmoothed(method);
 *   } catch (error) {
 *     if (error instanceof MethodError) return method; // no sum over channels
 *     throw error;
 *   }
 * }
 * ```
 */
export class MethodError extends TypeError {
  override readonly name = 'MethodError';
}

/**
 * A method of your own, from a function.
 *
 * @param weigh Gets the features `[N, h, w, C]` and the gradient of the score by them: `[N, h, w, C]`, or `[N, 1, 1, C]` where
 *   it is the same everywhere. Returns the map `[N, h, w]`, signed. Other tensors that it makes are disposed.
 * @example
 * ```ts
 * import { mul, relu, sum } from '@tensorflow/tfjs-core';
 *
 * const method = customMethod((features, gradient) => sum(relu(mul(features, gradient)), 3));
 * const [{ map }] = await explain(model, images, { method });
 * ```
 */
export function customMethod(weigh: (features: Tensor4D, gradient: Tensor4D) => Tensor3D): Method {
  return {
    needsGradient: true,
    map: async ({ features, gradient }) => tidy(() => weigh(features, gradient!)),
  };
}

/**
 * The method itself, once it is known to be one.
 *
 * @param place What it was given as, for the message.
 * @throws MethodError for a function that was not called, a name, a promise and anything else.
 */
export async function checkedMethod(method: unknown, place = 'method'): Promise<Method> {
  if (isMethod(method)) return method;
  throw new MethodError((await import('../failures')).methodFailure(method, place));
}

export function isMethod(method: unknown): method is Method {
  const { needsGradient, map } = Object(method) as Partial<Method>;
  return typeof needsGradient === 'boolean' && typeof map === 'function';
}

/**
 * A method that another one is made of.
 *
 * @throws MethodError for anything else.
 */
export function innerMethod(method: Method, outer: string): Method {
  if (isMethod(method)) return method;
  throw new MethodError(
    `${outer}'s method should be what a method's function returns, as gradCam() does; ${(method as { name?: string } | null)?.name || method} came instead.`,
  );
}

/**
 * The map that a method makes, `[N, h, w]`; the caller disposes it.
 *
 * @throws MethodError for a map of another form.
 */
export async function mapOf(method: Method, evidence: Evidence): Promise<Tensor3D> {
  const map = await method.map(evidence);
  const [count] = evidence.features.shape;
  if (map.shape.length === 3 && map.shape[0] === count) return map;
  map.dispose();
  throw new MethodError((await import('../failures')).mapFailure(map.shape, count));
}

/**
 * One of several names.
 *
 * @throws RangeError naming those that there are.
 */
export function oneOf<T extends string>(value: T, names: readonly T[], option: string): T {
  if (names.includes(value)) return value;
  throw new RangeError(
    `${option} should be one of ${names.map(name => `'${name}'`).join(', ')}; it is ${JSON.stringify(value)}.`,
  );
}

/**
 * A number of 0 or more.
 *
 * @param most Default: any that is finite.
 * @throws RangeError for another one.
 */
export function atLeastZero(value: number, option: string, most = Number.MAX_VALUE): number {
  if (value >= 0 && value <= most) return value;
  throw new RangeError(`${option} should be 0 to ${most}; it is ${value}.`);
}

/**
 * A whole number of 1 or more.
 *
 * @throws RangeError for another one.
 */
export function atLeastOne(value: number, option: string): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`${option} should be a whole number, 1 or more; it is ${value}.`);
}

/** A method that is a sum over the channels. */
export const summed = (contributions: Contributions): Method => ({
  ...customMethod((features, gradient) => sum(contributions(features, gradient), 3)),
  contributions,
});
