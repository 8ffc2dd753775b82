import { registerPhotoSource } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';

/** The reference's nine genera. */
const kaggleSet = 'kaggle:lizhecheng/mushroom-classification';

/** Test accuracies of the original on that set, by the name of the network. */
export const published: Readonly<Record<string, number>> = { resnet50: 0.778, convnext_base: 0.92 };

// `drawn:40` is 40 drawings of each genus, wherever photos are opened: a run on them is gone on with by its folder alone.
registerPhotoSource('drawn', async where => {
  const set = openDrawn(Number(where.slice('drawn:'.length)));
  return { ...set, name: 'drawn' };
});

const genera = '9 genera of mushrooms';

const caution = {
  headline: 'Never eat a mushroom because of a photo.',
  text:
    'A classifier is wrong with confidence, deadly species look like good ones, and what tells them apart is often not in ' +
    'the picture. Whoever wants to eat a mushroom asks somebody who knows it and holds it in their hand.',
};

/** Where the photos are that a name means, and what reports say of them. */
export interface NamedData {
  /** What `train` takes. */
  readonly photos: string;
  readonly title?: string;
  readonly kind: string;
  readonly caution: { readonly headline: string; readonly text: string };
}

/** @param data `drawn`, `kaggle`, or whatever `@shroom/data` opens. */
export function mushrooms(data: string, drawn: number): NamedData {
  if (data === 'drawn')
    return { photos: `drawn:${drawn}`, title: genera, kind: 'drawings', caution };
  if (data === 'kaggle') return { photos: kaggleSet, title: genera, kind: 'photographs', caution };
  return { photos: data, kind: 'photographs', caution };
}
