import { alexNetArchitectures } from './alexnet/architectures';
import type { Architecture } from './architecture';
import { convNextArchitectures } from './convnext/architectures';
import { efficientNetLiteArchitectures } from './efficientnet-lite/architectures';
import { inceptionArchitectures } from './inception/architectures';
import { mobileNetV2Architectures } from './mobilenet-v2/architectures';
import { resNetArchitectures } from './resnet/architectures';
import { vitArchitectures } from './vit/architectures';

/**
 * All networks of this package, by their names in torchvision and timm (EfficientNet-Lite without timm's `tf_`).
 *
 * @example
 * ```ts
 * const { build, taps } = architectures.resnet18;
 * const network = build({ inputSize: [null, null], classes: 9 }); // weights of zero, to be loaded
 * ```
 */
export const architectures = /* @__PURE__ */ (() =>
  ({
    ...resNetArchitectures,
    ...convNextArchitectures,
    ...efficientNetLiteArchitectures,
    ...mobileNetV2Architectures,
    ...vitArchitectures,
    ...inceptionArchitectures,
    ...alexNetArchitectures,
  }) as const satisfies Record<string, Architecture>)();

export type ArchitectureName = keyof typeof architectures;

/** The name of an architecture in `architectures`, or of a registered one. */
export type AnyArchitecture = ArchitectureName | (string & {});

const registered = new Map<string, Architecture>();

/**
 * Registers your own network, for `createBackbone`, `loadBackbone` and every function that takes a name, as timm's `register_model` does.
 *
 * @param name A name that no other network has. Registering the same object again does nothing.
 * @throws RangeError when another network has the name.
 * @throws TypeError when a part of the architecture is missing.
 *
 * @example
 * ```ts
 * import { ownDialect, registerArchitecture } from '@shroom/models';
 *
 * registerArchitecture('tiny_net', {
 *   build: ({ inputSize = [64, 64], classes } = {}) => tinyNet(inputSize, classes),
 *   taps: [{ stage: 'stem', layer: 'stem', stride: 2, channels: 16 }],
 *   classifier: ['fc/kernel', 'fc/bias'],
 *   dialects: [ownDialect],
 *   minimumSize: 32,
 * });
 * ```
 */
export function registerArchitecture(name: string, architecture: Architecture): void {
  const other = lookUp(name);
  if (other === architecture) return;
  if (other)
    throw new RangeError(`There is an architecture '${name}' already. Choose another name.`);
  const missing = parts.filter(part => architecture[part] === undefined);
  if (missing.length > 0)
    throw new TypeError(`The architecture '${name}' lacks ${missing.join(', ')}.`);
  if (architecture.taps.length === 0)
    throw new TypeError(
      `The architecture '${name}' has no taps. The last one should be its last feature map.`,
    );
  registered.set(name, architecture);
}

const parts = ['build', 'taps', 'classifier', 'dialects', 'minimumSize'] as const;

/**
 * Lists the names of all networks, those of this package first.
 *
 * @example
 * ```ts
 * listArchitectures().filter(name => name.startsWith('resnet')); // ['resnet18', 'resnet34', ...]
 * ```
 */
export function listArchitectures(): readonly string[] {
  return [...Object.keys(architectures), ...registered.keys()];
}

/**
 * Finds a network of this package or a registered one by its name.
 *
 * @throws RangeError with the list of architectures, when there is none of that name.
 * @example
 * ```ts
 * const { build, minimumSize } = findArchitecture('tiny_net'); // one that was registered
 * const network = build({ inputSize: [minimumSize, minimumSize] });
 * ```
 */
export function findArchitecture(name: AnyArchitecture): Architecture {
  const found = lookUp(name);
  if (found) return found;
  throw new RangeError(
    `There is no architecture '${name}'; there are ${listArchitectures().join(', ')}.`,
  );
}

const lookUp = (name: string): Architecture | undefined =>
  Object.hasOwn(architectures, name)
    ? architectures[name as ArchitectureName]
    : registered.get(name);
