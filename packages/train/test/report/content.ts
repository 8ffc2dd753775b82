import {
  accuracyByColumn,
  assess,
  type GalleryPicture,
  type ReportContent,
  shareInterval,
} from '../../src/index';

const labels = [0, 1, 1, 0, 1, 1];
const logits = [2, 0, 0, 1, 0.5, 0, 3, 0, 0, 2, 0.25, 0.5];
const certainty = { temperature: 1.5, threshold: 0.45, coverage: 0.9 };

const picture: GalleryPicture = {
  image: 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=',
  width: 720,
  height: 240,
  name: 'a.jpg',
  truth: 'Amanita',
  predicted: 'Boletus "x"',
  probability: 0.61,
  fitting: ['Boletus "x"', 'Amanita'],
};

const assessment = assess(labels, logits, 2, certainty, { resamples: 50 });
const cameras = ['phone <12>', 'phone <12>', 'reflex', 'reflex', 'reflex', ''];

/** A report of all sections. */
export const content: ReportContent = {
  title: 'Two <classes>',
  summary: 'A test & more.',
  caution: { headline: 'Never eat a mushroom because of a photo.', text: 'Never.' },
  classes: ['Amanita', 'Boletus "x"'],
  counts: { train: [6, 7], validation: [1, 2], test: [2, 4] },
  assessment,
  testPhotos: labels.map((_, photo) => `test/${photo} & more.jpg`),
  slices: accuracyByColumn(
    assessment.hardest,
    cameras.map(camera => (camera === '' ? undefined : { camera })),
  ),
  robustness: {
    photos: 6,
    plain: shareInterval(5, 6),
    conditions: [
      { name: 'dark', how: 'times 0.4', accuracy: shareInterval(3, 6), lost: 3, gained: 1 },
    ],
  },
  novelty: { falseAlarms: shareInterval(1, 6), leftOut: [0.25, Number.NaN] },
  history: [1, 2, 3].map(epoch => ({
    epoch,
    trainLoss: 1 / epoch,
    trainAccuracy: 0.75,
    validationLoss: 1.2 / epoch,
    validationAccuracy: 0.5,
    validationMacroF1: 0.4,
    learningRate: 1e-3,
    best: epoch < 3,
  })),
  epochs: {
    truth: 'Amanita',
    name: 'b.jpg',
    pictures: [1, 2].map(epoch => ({ epoch, image: picture.image, probability: epoch / 4 })),
  },
  gallery: {
    hardest: [picture],
    right: [{ ...picture, predicted: 'Amanita', fitting: ['Amanita'] }],
    note: 'Heat maps.',
  },
  findings: [{ kind: 'quarantined', subject: '<b>.jpg', reason: 'not a picture' }],
  facts: [['Engine', 'cpu']],
  command: 'npm start -- --seed 0',
};
