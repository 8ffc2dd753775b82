import { accuracyByColumn, assessMultiLabel, type ReportContent } from '../../src/index';
import { content } from './content';

export const classes = ['Amanita', 'Boletus <x>', 'Russula'];
/** Of four photos: two classes, one, none, one. */
export const targets = [1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0];
/** The first photo lacks class 1, the third has class 0 too many. */
export const logits = [3, -2, -4, -3, -3, 4, 2, -3, -4, 3, -3, -4];
const certainty = { temperature: 1.2, threshold: 0.6, coverage: 0.9, thresholds: [0.5, 0.4, 0.5] };
export const assessment = assessMultiLabel(targets, logits, 3, certainty, { resamples: 50 });

/** A report on photos with several classes, of all sections. */
export const several: ReportContent = {
  ...content,
  classes,
  counts: { train: [6, 7, 6], validation: [2, 2, 2], test: [2, 1, 1] },
  assessment,
  testPhotos: [0, 1, 2, 3].map(photo => `test/${photo} & more.jpg`),
  slices: accuracyByColumn(
    assessment.answers.map(({ truth, said }, sample) => {
      return { sample, truth: 0, predicted: `${truth}` === `${said}` ? 0 : 1 };
    }),
    ['phone', 'phone', 'reflex', 'reflex'].map(camera => ({ camera })),
  ),
  history: content.history.map(row => ({ ...row, validationMeanAveragePrecision: 0.6 })),
  gallery: {
    hardest: content.gallery.hardest.map(({ fitting: _, ...picture }) => ({
      ...{ ...picture, truth: 'Amanita, Boletus <x>', predicted: 'Amanita' },
      explained: 'Boletus <x>',
    })),
    right: content.gallery.right.map(({ fitting: _, ...picture }) => ({
      ...{ ...picture, truth: 'none', predicted: 'none', explained: 'Russula' },
    })),
    note: 'Heat maps.',
  },
};
