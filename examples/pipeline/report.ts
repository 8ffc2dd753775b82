import { createRequire } from 'node:module';
import type { Photo, Split } from '@shroom/data';
import type { Backbone } from '@shroom/models';
import type { Assessment, ReportContent } from '@shroom/train';
import type { Engine } from './engine';
import type { Gallery } from './gallery';
import { mapNotes } from './heat-map';
import type { TrainOptions } from './options';
import type { Photos } from './photos';
import { recipeInWords, recipeOf } from './recipe';
import { countByClass, peakMemoryMiB, type Seconds } from './results';
import { duration } from './terminal';
import type { TrainingLog } from './training-log';

export interface RunFacts {
  readonly photos: Photos;
  readonly split: Split;
  readonly engine: Engine;
  readonly options: TrainOptions;
  readonly assessment: Assessment;
  readonly gallery: Gallery;
  readonly seconds: Seconds;
  readonly backbone: Backbone;
}

/**
 * The report's content, put together from what the run knows.
 *
 * @param shown The photo whose heat map was drawn after epochs.
 */
export async function reportContent(
  run: RunFacts,
  log: TrainingLog,
  shown: Photo,
): Promise<ReportContent> {
  const { photos, split, engine, options, assessment, gallery, seconds, backbone } = run;
  const { version } = createRequire(import.meta.url)('@tensorflow/tfjs-core/package.json') as {
    version: string;
  };
  const kind = photos.name === 'drawn' ? 'drawn pictures' : 'photographs';
  return {
    title: `${photos.classes.length} genera of mushrooms`,
    summary:
      `A head of two hidden layers on a ${options.finetune === 'none' ? `frozen ${backbone.name}` : `${backbone.name} that learned too after ${options.finetune}`}, trained on ${split.train.length} ${kind} ` +
      `(${options.views} ${options.views === 1 ? 'view' : 'views'} of each), chosen on ${options.finetune === 'none' ? '' : 'half of '}${split.validation.length}, tested on ${split.test.length}.`,
    caution: {
      headline: 'Never eat a mushroom because of a photo.',
      text:
        'A classifier is wrong with confidence, deadly species look like good ones, and what tells them apart is often not in ' +
        'the picture. Whoever wants to eat a mushroom asks somebody who knows it and holds it in their hand.',
    },
    classes: photos.classes,
    counts: {
      train: countByClass(photos, split.train),
      validation: countByClass(photos, split.validation),
      test: countByClass(photos, split.test),
    },
    assessment,
    history: log.rows,
    epochs: {
      truth: photos.classes[shown.label]!,
      name: shown.id,
      pictures: await log.pictures(),
    },
    gallery: { ...gallery, note: mapNotes[options.map] },
    findings: photos.findings,
    facts: [
      ['Data', `${photos.name}: ${photos.photos.length} ${kind}, seed ${options.seed}`],
      [
        'Backbone',
        `${backbone.name}, ${backbone.weights.source} (${backbone.weights.license}), ${options.size} px`,
      ],
      [
        'Head',
        'Linear, BatchNorm, ReLU, Dropout 0.3, Linear, BatchNorm, ReLU, Dropout 0.2, Linear',
      ],
      ['Training', recipeInWords(recipeOf(options.recipe, options))],
      ...(options.finetune === 'none'
        ? []
        : ([
            [
              'Fine-tuning',
              `the backbone after ${options.finetune}: ${recipeInWords(recipeOf('finetune', {}))}`,
            ],
          ] as const)),
      [
        'Calibration',
        options.finetune === 'none'
          ? 'on what heads trained beside this one say of validation photos that did not choose their epoch'
          : 'on half of the validation photos; the other half chose the epochs',
      ],
      ['Engine', `${engine.name} (${engine.reason})`],
      [
        'Time',
        `features ${duration(seconds.features)}, head ${duration(seconds.head)}, heat maps ${duration(seconds.explain)}, ` +
          `in all ${duration(seconds.total)}`,
      ],
      ['Memory', `${peakMemoryMiB()} MiB at most`],
      [
        'Versions',
        `Node ${process.versions.node}, TensorFlow.js ${version}, ${process.platform} ${process.arch}`,
      ],
    ],
    command: `npm start -- ${process.argv.slice(2).join(' ')}`.trim(),
  };
}
