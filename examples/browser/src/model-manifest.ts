/** When a classifier is sure, as it was calibrated on validation photos. */
export interface Certainty {
  /** Logits are divided by it before the softmax. */
  readonly temperature: number;
  /** A class whose probability is at least this may be the one, 0 to 1. */
  readonly threshold: number;
  /** Share of photos whose class is among those that may be, 0 to 1. */
  readonly coverage: number;
}

/** How pixels become the model's input; what `normalize` of `@shroom/data` and the resizing need. */
export interface Preprocessing {
  /** `[height, width]`. */
  readonly size: readonly [number, number];
  readonly channelOrder: 'RGB' | 'BGR';
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly resize: 'squash' | 'crop';
  readonly cropFraction: number;
  /** Default `bilinear`, which manifests had before they said it. */
  readonly interpolation?: 'bilinear' | 'bicubic';
}

export interface ModelFile {
  /** Relative to the manifest. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What a page needs to know of a classifier before it loads it: `model/manifest.json`. */
export interface ModelManifest {
  readonly classes: readonly string[];
  readonly certainty?: Certainty;
  readonly preprocessing: Preprocessing;
  /** Layers to look at, the last one first. */
  readonly layers: readonly { readonly name: string; readonly stride: number }[];
  readonly backbone: { readonly name: string; readonly source: string; readonly license: string };
  /** How weights are stored. */
  readonly weights: 'float16' | 'float32';
  /** How far that moves a logit at most, as a share of the largest one, on three drawn mushrooms. */
  readonly change: number;
  /** A tfjs layers-model: `model.json` first, then its weights in order. */
  readonly files: readonly ModelFile[];
}

/** A manifest that no model has: the page was put up wrongly, or something else answers. */
class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** Of all files of a model; a page cannot hold more. */
const mostBytes = 2e9;

/**
 * A manifest from what a server sent, as far as files are fetched by it.
 *
 * @throws ManifestError when a file would not be below the manifest, or its size or hash is none.
 */
export function readManifest(value: unknown): ModelManifest {
  const { files, classes } = (value ?? {}) as Partial<ModelManifest>;
  const isFile = ({ path, bytes, sha256 }: Partial<ModelFile>) =>
    typeof path === 'string' &&
    path.split('/').every(part => /^[\w-][\w. -]*$/.test(part)) &&
    Number.isSafeInteger(bytes) &&
    bytes! >= 0 &&
    /^[0-9a-f]{64}$/.test(`${sha256}`);
  const wrong =
    !Array.isArray(files) || files.length === 0 || !Array.isArray(classes)
      ? 'it names no files or no classes'
      : !files.every(file => file !== null && isFile(file))
        ? 'a file in it has a path, a size or a hash that cannot be'
        : files.reduce((sum, { bytes }) => sum + bytes, 0) > mostBytes
          ? `its files have more than ${mostBytes / 1e9} GB`
          : undefined;
  if (wrong === undefined) return value as ModelManifest;
  throw new ManifestError(
    `The model's manifest.json is damaged: ${wrong}. \`npm run demo\` writes it anew.`,
  );
}
