import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Photo, Pixels } from '@shroom/data';
import { decode, readPixels } from '@shroom/data/node';
import type { EpochPicture } from '@shroom/train';
import type { Explainer, HeldPhoto } from '../explaining/explainer';
import { mapStyles } from '../explaining/heat-map';
import type { MapName } from '../explaining/map-names';
import { inline, rgb } from '../explaining/pictures';

interface EpochLine {
  readonly epoch: number;
  /** Probability of the photo's true class. */
  readonly probability: number;
}

const folderName = 'cams-by-epoch';

/**
 * Records how the heat map of one photo changes during the training, with a picture at epochs 1, 2, 3, 4, 6, 8, 12 and so on. The pictures
 * are in the run's folder, so that a continued training adds to them.
 */
export class EpochMaps {
  readonly #folder: string;
  readonly #photo: Photo;
  readonly #explainer: Explainer;
  readonly #size: readonly [number, number];
  readonly #map: MapName;
  #pixels: Pixels | undefined;
  #held: HeldPhoto | undefined;

  private constructor(
    folder: string,
    photo: Photo,
    explainer: Explainer,
    size: readonly [number, number],
    map: MapName,
  ) {
    this.#folder = folder;
    this.#photo = photo;
    this.#explainer = explainer;
    this.#size = size;
    this.#map = map;
  }

  /** Opens the pictures of a run. @param resumed Whether to keep the pictures of earlier epochs. */
  static async open(
    run: string,
    photo: Photo,
    explainer: Explainer,
    size: readonly [number, number],
    map: MapName,
    resumed = false,
  ): Promise<EpochMaps> {
    const folder = join(run, folderName);
    if (!resumed) await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return new EpochMaps(folder, photo, explainer, size, map);
  }

  /**
   * Explains the photo's true class with the current weights, if this epoch is one of the epochs that are shown.
   *
   * @param isFrozen Whether the backbone is frozen. The photo then passes through it only once.
   */
  async record(epoch: number, isFrozen: boolean): Promise<void> {
    if (!isFrozen) this.release();
    if (!isShown(epoch)) return;
    const style = mapStyles[this.#map];
    const classIndex = this.#photo.label;
    this.#pixels ??= await readPixels(this.#photo.origin, this.#size, {
      sha256: this.#photo.sha256,
    });
    const pixels = this.#pixels;
    this.#held ??= this.#explainer.hold(pixels);
    const found = await this.#held.explain({ ...style, classIndex });
    if (!isFrozen) this.release();
    // Only the last panel is kept: the heat map on top of the photo.
    const row = style.draw(pixels, found.map);
    const { width, height } = pixels;
    const panel = { left: row.width - width, top: 0, width, height };
    await rgb(row).extract(panel).png().toFile(this.#fileOf(epoch));
    const line: EpochLine = { epoch, probability: found.probabilities[classIndex]! };
    await appendFile(join(this.#folder, 'epochs.jsonl'), `${JSON.stringify(line)}\n`);
  }

  /** Frees the results of the networks for the photo. */
  release(): void {
    this.#held?.dispose();
    this.#held = undefined;
  }

  /** The pictures in order, for the report. */
  async pictures(): Promise<EpochPicture[]> {
    const text = await readFile(join(this.#folder, 'epochs.jsonl'), 'utf8').catch(() => '');
    const lines = text.split('\n').filter(Boolean);
    // Only the last entry of each epoch counts, because an interrupted epoch may have been recorded twice.
    const byEpoch = new Map(
      lines.map(line => JSON.parse(line) as EpochLine).map(line => [line.epoch, line]),
    );
    return Promise.all(
      [...byEpoch.values()].map(async ({ epoch, probability }) => {
        const picture = await decode(this.#fileOf(epoch), this.#size);
        return { epoch, probability, ...(await inline(picture, 260)) };
      }),
    );
  }

  #fileOf(epoch: number): string {
    return join(this.#folder, `epoch-${String(epoch).padStart(4, '0')}.png`);
  }
}

/** Whether an epoch is a power of two, or 1.5 times a power of two. */
function isShown(epoch: number): boolean {
  const odd = epoch / 2 ** Math.floor(Math.log2(epoch));
  return odd === 1 || odd === 1.5;
}
