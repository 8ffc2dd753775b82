import type { Pretrained } from './pretrained-entry';
import { pretrainedTable } from './pretrained-table';
import { type AnyArchitecture, findArchitecture } from './zoo';

/** Weights that a bare name means, if they are not the first in the table of the architecture with that name, and names in use for others. */
const bareNames: Readonly<Record<string, string>> = {
  resnet50: 'resnet50.keras',
  bioclip: 'vit_base_patch16_clip_224.bioclip',
  bioclip2: 'vit_large_patch14_clip_224.bioclip2',
  'bioclip2.5': 'vit_huge_patch14_clip_224.bioclip2.5',
};

const registered: Pretrained[] = [];

/**
 * Registers weights under an id, for `loadPretrained`, `listPretrained` and `findPretrained`.
 *
 * @throws RangeError when other weights have the id, or when there is no such architecture.
 * @example
 * ```ts
 * registerPretrained({
 *   id: 'resnet18.tv_in1k',
 *   architecture: 'resnet18',
 *   source: 'hf:timm/resnet18.tv_in1k',
 *   license: 'BSD-3-Clause',
 *   preprocessing: imagenetPreprocessing([224, 224]),
 *   top1: 69.76,
 *   verified: 'names',
 * });
 * ```
 */
export function registerPretrained(weights: Pretrained): void {
  findArchitecture(weights.architecture);
  if (known().some(({ id }) => id === weights.id))
    throw new RangeError(`There are weights '${weights.id}' already. Choose another id.`);
  registered.push(weights);
}

const known = (): readonly Pretrained[] => [...pretrainedTable, ...registered];

/**
 * Lists the known pretrained weights, of all architectures or of one.
 *
 * @throws RangeError when there is no such architecture.
 * @example
 * ```ts
 * for (const { id, license, top1 } of listPretrained('resnet50')) console.log(id, license, top1);
 * ```
 */
export function listPretrained(architecture?: AnyArchitecture): readonly Pretrained[] {
  if (architecture === undefined) return known();
  findArchitecture(architecture);
  return known().filter(entry => entry.architecture === architecture);
}

/**
 * Finds the known weights of an id, or of a bare name. A bare name such as `convnext_base` means the first weights of that architecture in
 * the table; `resnet50` means `resnet50.keras`, `bioclip`, `bioclip2` and `bioclip2.5` the vision towers of BioCLIP.
 *
 * @throws Error with the list of known ids, when there are no weights of that id or name.
 * @example
 * ```ts
 * const { source, license, top1 } = findPretrained('convnext_tiny.fb_in1k');
 * console.log(source, license, top1); // hf:timm/convnext_tiny.fb_in1k Apache-2.0 82.694
 * console.log(findPretrained('resnet50').id); // resnet50.keras
 * ```
 */
export function findPretrained(name: string): Pretrained {
  const found = lookUp(name);
  if (found) return found;
  const ids = known().map(entry => entry.id);
  throw new Error(`There are no known weights '${name}'. Known ones: ${ids.join(', ')}.`);
}

function lookUp(name: string): Pretrained | undefined {
  const id = bareNames[name] ?? name;
  return known().find(entry => entry.id === id) ?? known().find(each => each.architecture === id);
}

/**
 * Whether there are known weights of an id or a bare name.
 *
 * @example
 * ```ts
 * hasPretrained('bioclip2'); // true
 * hasPretrained('resnet51'); // false
 * ```
 */
export const hasPretrained = (name: string): boolean => lookUp(name) !== undefined;

/**
 * The shortest name of known weights: a bare name if one means them, otherwise their id.
 *
 * @example
 * ```ts
 * bareNameOf(findPretrained('resnet50.keras')); // resnet50
 * ```
 */
export function bareNameOf({ id, architecture }: Pretrained): string {
  const names = [...Object.keys(bareNames).filter(name => bareNames[name] === id), architecture];
  return names.find(name => lookUp(name)?.id === id) ?? id;
}
