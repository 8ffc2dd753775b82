import {
  type Photo,
  plainView,
  randomStream,
  randomView,
  type TransformStep,
  type View,
} from '@shroom/data';

/** Largest number of views of a photo. */
export const mostViews = 64;

/** How training photos are augmented: `flips` flips them and rotates them by up to 15 degrees, `crops` mirrors and crops them. */
export type Augment = 'flips' | 'crops';

/** One augmented view of photos. The transform of a photo depends only on the photo's hash and the view's number. */
export interface PhotoView {
  /** Key of a photo's view in caches. */
  keyOf(photo: Pick<Photo, 'sha256'>): string;
  viewOf(photo: Pick<Photo, 'sha256'>): View;
  /** Applied after the view, with the view's number as the epoch. */
  readonly transforms?: (side: number) => readonly TransformStep[];
}

const mirrored: View = { ...plainView, flipHorizontally: true };

/** Random flips and rotations, as in the reference recipe. View 0 is the unchanged photo. */
function flipped(index: number): PhotoView {
  const viewOf = ({ sha256 }: Pick<Photo, 'sha256'>) =>
    index === 0 ? plainView : randomView(randomStream('view', sha256, index));
  return { keyOf: photo => JSON.stringify([photo.sha256, viewOf(photo)]), viewOf };
}

/**
 * View 0 is the unchanged photo, view 1 its mirror image. Further views are random crops of at least 40 % of the photo's area. On average,
 * half of the crops are mirrored.
 */
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

/** The first `count` views of a kind. The first view is the unchanged photo. */
export const viewsOf = (augment: Augment, count: number): PhotoView[] =>
  Array.from({ length: count }, (_, index) => ways[augment](index));
