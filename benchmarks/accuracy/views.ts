import { plainView, randomStream, type TransformStep, type View } from '@shroom/data';

/** How often, and how, each photo is looked at. The first is the photo itself, squashed to the network's square. */
export interface PhotoView {
  readonly name: string;
  readonly transforms: (size: number) => readonly TransformStep[];
  /** Of a photo by its hash. */
  readonly view: (sha256: string) => View;
}

const mirrored: View = { ...plainView, flipHorizontally: true };
/** More of the photo than in training a whole network: heads on frozen features want views that show the mushroom. */
const cropped = (size: number): TransformStep[] => [
  { name: 'randomResizedCrop', size: [size, size], scale: [0.4, 1] },
];
const drawnMirroring = (name: string) => (sha256: string) =>
  randomStream('mirrored', sha256, name).chance(0.5) ? mirrored : plainView;

export const photoViews: readonly PhotoView[] = [
  { name: 'plain', transforms: () => [], view: () => plainView },
  { name: 'mirrored', transforms: () => [], view: () => mirrored },
  { name: 'crop 1', transforms: cropped, view: drawnMirroring('crop 1') },
  { name: 'crop 2', transforms: cropped, view: drawnMirroring('crop 2') },
];
