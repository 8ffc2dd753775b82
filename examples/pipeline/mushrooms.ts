import { registerPhotoSource } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';

/** The data set of nine genera of mushrooms on which the reference was trained. */
const kaggleSet = 'kaggle:lizhecheng/mushroom-classification';

/** Test accuracies of the original on that set, by the name of the network. */
export const published: Readonly<Record<string, number>> = { resnet50: 0.778, convnext_base: 0.92 };

// `drawn:40` means 40 drawings of each genus for every function that opens photos, so a run on them can be resumed from its folder.
registerPhotoSource('drawn', async where => {
  const set = openDrawn(Number(where.slice('drawn:'.length)));
  return { ...set, name: 'drawn' };
});

const genera = '9 genera of mushrooms';

const caution = {
  headline: 'Never eat a mushroom because of a photo.',
  text:
    'A classifier can be confident and wrong, deadly species look like edible ones, and the differences are often not visible in ' +
    'the picture. If you want to eat a mushroom, ask an expert who holds it in their hand.',
};

/** The photos for a name, and how reports describe them. */
export interface NamedData {
  /** The photos, as `train` takes them. */
  readonly photos: string | readonly string[];
  readonly title?: string;
  readonly kind: string;
  readonly caution: { readonly headline: string; readonly text: string };
}

/** @param data `drawn`, `kaggle`, or any places that `@shroom/data` can open. */
export function mushrooms(data: string | readonly string[], drawn: number): NamedData {
  if (data === 'drawn')
    return { photos: `drawn:${drawn}`, title: genera, kind: 'drawings', caution };
  if (data === 'kaggle') return { photos: kaggleSet, title: genera, kind: 'photographs', caution };
  return { photos: data, kind: 'photographs', caution };
}
