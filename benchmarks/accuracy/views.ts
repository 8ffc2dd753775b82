import { plainView, randomStream, type TransformStep, type View } from '@shroom/data';

/** The views of each photo. The first is the photo itself, squashed to the network's square. */
export interface PhotoView {
  readonly name: string;
  readonly transforms: (size: number) => readonly TransformStep[];
  /** The view of a photo with the given hash. */
  readonly view: (sha256: string) => View;
}

const mirrored: View = { ...plainView, flipHorizontally: true };
/**
 * Crops that keep more of the photo than usual in training whole networks, because heads on frozen features need views that
 * show the mushroom.
 */
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
