import type { Machine } from '../runner/machine';
import { type Command, node, type Place, python } from '../runner/row';

/** Images per second, and peak memory in GB. */
export interface Cost {
  readonly rate: number;
  readonly memory: number;
}

/** How the cost grows along one axis, as saved in `growth.json`. */
export interface Growth {
  readonly name: string;
  readonly measures: string;
  readonly axis: string;
  readonly points: readonly { readonly x: number; readonly ours: Cost; readonly peer?: Cost }[];
  readonly date: string;
  readonly machine: Machine;
}

/** The contestants to measure at one point of an axis, each in a separate process. */
export interface GrowthSeries {
  readonly name: string;
  readonly measures: string;
  readonly axis: string;
  readonly xs: readonly number[];
  /** Number of images in one run. */
  readonly images: (x: number) => number;
  readonly ours: (x: number, place: Place) => Command;
  readonly pytorch?: (x: number, place: Place) => Command;
  readonly warmup: number;
  readonly rounds: number;
}

const [side, batch] = [224, 8];

export const growthSeries: readonly GrowthSeries[] = [
  {
    name: 'growth-batch',
    measures: `ResNet50 forward at ${side} pixels, by images at a time`,
    axis: 'images at a time',
    xs: [1, 2, 4, 8, 16, 32, 64],
    images: x => x,
    ours: x => node('forward.ts', 'resnet50', 'ort', x, side),
    pytorch: x => python('torch_peer.py', 'resnet50', 'forward', x, side),
    warmup: 3,
    rounds: 5,
  },
  {
    name: 'growth-size',
    measures: `ResNet50 forward, ${batch} images at a time, by their size`,
    axis: 'pixels a side',
    xs: [224, 299, 384, 448, 512],
    images: () => batch,
    ours: x => node('forward.ts', 'resnet50', 'ort', batch, x),
    pytorch: x => python('torch_peer.py', 'resnet50', 'forward', batch, x),
    warmup: 3,
    rounds: 5,
  },
  {
    name: 'growth-photos',
    measures: `Photos to features on disk, ResNet18 at ${side} pixels, by their number`,
    axis: 'photos',
    xs: [100, 1000, 10_000],
    images: x => x,
    ours: (x, { photos }) => node('extraction.ts', photos, x, side),
    warmup: 0,
    rounds: 1,
  },
];
