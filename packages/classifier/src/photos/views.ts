import {
  type Photo,
  plainView,
  randomStream,
  randomView,
  type TransformStep,
  type View,
} from '@shroom/data';

/** How training photos are varied: `flips` flips and turns them by up to 15 degrees, `crops` mirrors and crops them. */
export type Augment = 'flips' | 'crops';

/** One way to look at photos. What it does to a photo follows from the photo's hash and the view's number alone. */
export interface PhotoView {
  /** Names the view of a photo in caches. */
  keyOf(photo: Pick<Photo, 'sha256'>): string;
  viewOf(photo: Pick<Photo, 'sha256'>): View;
  /** Applied after the view, with the view's number as the epoch. */
  readonly transforms?: (side: number) => readonly TransformStep[];
}

const mirrored: View = { ...plainView, flipHorizontally: true };

/** Flips and rotations, as the reference has them; view 0 is the photo itself. */
function flipped(index: number): PhotoView {
  const viewOf = ({ sha256 }: Pick<Photo, 'sha256'>) =>
    index === 0 ? plainView : randomView(randomStream('view', sha256, index));
  return { keyOf: photo => JSON.stringify([photo.sha256, viewOf(photo)]), viewOf };
}

/** The photo itself, its mirror image, then crops of 40 % of its area or more, every second one mirrored on average. */
function cropped(index: number): PhotoView {
  if (index === 0) return flipped(0);
  if (index === 1)
    return { keyOf: ({ sha256 }) => JSON.stringify([sha256, mirrored]), viewOf: () => mirrored };
  const name = `crop ${index - 1}`;
  return {
    keyOf: ({ sha256 }) => JSON.stringify([sha256, name]),
    viewOf: ({ sha256 }) =>
      randomStream('mirrored', sha256, name).chance(0.5) ? mirrored : plainView,
    transforms: side => [{ name: 'randomResizedCrop', size: [side, side], scale: [0.4, 1] }],
  };
}

const ways = { flips: flipped, crops: cropped } satisfies Record<Augment, unknown>;

/** The first views of a kind; the first of all is the photo itself. */
export const viewsOf = (augment: Augment, count: number): PhotoView[] =>
  Array.from({ length: count }, (_, index) => ways[augment](index));
