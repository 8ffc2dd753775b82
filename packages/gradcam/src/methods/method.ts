import { sum, type Tensor3D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import type { Evidence } from '../evidence';

/**
 * An explanation method, which makes heat maps. Every method is returned by a function: `gradCam()`, `scoreCam()`, `rise({ masks: 100 })`.
 * Make your own with {@link customMethod}, or as an object of this type.
 */
export interface Method {
  /** Whether the method reads `evidence.gradient`. */
  readonly needsGradient: boolean;
  /** @returns The map `[N, h, w]`, signed; the caller disposes it. */
  map(evidence: Evidence): Promise<Tensor3D>;
  /** The contribution of each channel to the map, `[N, h, w, C]`; present if the method is a sum over channels. */
  readonly contributions?: Contributions;
}

export type Contributions = (features: Tensor4D, gradient: Tensor4D) => Tensor4D;

/**
 * Thrown when a value is not a method, not a method of the kind that another method needs, or a method that this network cannot have: one
 * that reads attention, for a network without.
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
 * Makes a method from your own function.
 *
 * @param weigh Receives the features `[N, h, w, C]` and the gradient of the score with respect to them: `[N, h, w, C]`, or `[N, 1, 1, C]`
 *   if it is the same at all positions. Returns the signed map `[N, h, w]`. Other tensors that it creates are disposed.
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
 * Returns the method after checking that it is one.
 *
 * @param place Name of the option, for the error message.
 * @throws MethodError for anything else: a function that was not called, a name, a promise.
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
 * Checks a method that another method wraps.
 *
 * @throws MethodError when the value is not a method.
 */
export function innerMethod(method: Method, outer: string): Method {
  if (isMethod(method)) return method;
  throw new MethodError(
    `${outer}'s method should be the result of a method's function, such as gradCam(); ${(method as { name?: string } | null)?.name || method} came instead.`,
  );
}

/**
 * Computes the map of a method, `[N, h, w]`. The caller disposes it.
 *
 * @throws MethodError when the map has another shape.
 */
export async function mapOf(method: Method, evidence: Evidence): Promise<Tensor3D> {
  const map = await method.map(evidence);
  const [count] = evidence.features.shape;
  if (map.shape.length === 3 && map.shape[0] === count) return map;
  map.dispose();
  throw new MethodError((await import('../failures')).mapFailure(map.shape, count));
}

/**
 * Checks that a value is one of several names.
 *
 * @throws RangeError with the list of valid names.
 */
export function oneOf<T extends string>(value: T, names: readonly T[], option: string): T {
  if (names.includes(value)) return value;
  throw new RangeError(
    `${option} should be one of ${names.map(name => `'${name}'`).join(', ')}; it is ${JSON.stringify(value)}.`,
  );
}

/**
 * Checks that a value is a number of at least 0.
 *
 * @param most Largest allowed value. Default: any finite number.
 * @throws RangeError when the value is out of range.
 */
export function atLeastZero(value: number, option: string, most = Number.MAX_VALUE): number {
  if (value >= 0 && value <= most) return value;
  throw new RangeError(`${option} should be 0 to ${most}; it is ${value}.`);
}

/**
 * Checks that a value is an integer of at least 1.
 *
 * @throws RangeError when the value is not such an integer.
 */
export function atLeastOne(value: number, option: string): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`${option} should be a whole number, 1 or more; it is ${value}.`);
}

/** Makes a method that is a sum over channels. */
export const summed = (contributions: Contributions): Method => ({
  ...customMethod((features, gradient) => sum(contributions(features, gradient), 3)),
  contributions,
});
