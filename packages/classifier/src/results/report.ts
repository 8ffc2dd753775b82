import type { Photo, Split } from '@shroom/data';
import type { Assessment, ColumnAccuracy, ReportContent } from '@shroom/train';
import { recipes } from '@shroom/train';
import type { Engine } from '../engine/engine';
import { mapStyles } from '../explaining/heat-map';
import { publishedSource } from '../exports/published-source';
import { type Extractor, poolingInWords, precisionInWords } from '../network/extractor';
import type { NamedPhotos } from '../photos/open-set';
import type { RunConfiguration } from '../run/folder';
import type { Versions } from '../run/versions';
import { inWords, type JobRecipe } from '../training/recipe';
import { forSigmoids } from '../training/several-classes';
import { isMultiLabel } from '../training/test-evaluation';
import type { TrainingLog } from '../training/training-log';
import type { Gallery } from './gallery';
import type { Limits } from './limits';
import { countByClass, peakMemoryMiB, type Seconds } from './metrics';

/** Everything that a report shows. */
export interface RunFacts {
  readonly photos: NamedPhotos;
  readonly split: Split;
  readonly engine: Engine;
  readonly configuration: RunConfiguration;
  readonly training: JobRecipe['training'];
  readonly extractors: readonly Extractor[];
  readonly assessment: Assessment;
  /** Accuracy for each value of the columns of the photos' table. */
  readonly slices: readonly ColumnAccuracy[];
  readonly limits: Limits;
  readonly gallery: Gallery;
  readonly seconds: Seconds;
  readonly versions: Versions;
  /** The command or call that started the run. */
  readonly command: string;
}

const heads = {
  mlp: 'Linear, BatchNorm, ReLU, Dropout 0.3, Linear, BatchNorm, ReLU, Dropout 0.2, Linear',
  linear: 'one linear layer',
} as const;

const headsInWords = { mlp: 'A head of two hidden layers', linear: 'One linear layer' } as const;

/** The heading of a run. */
export const titleOf = (configuration: RunConfiguration, { classes, name }: NamedPhotos): string =>
  configuration.title ?? `${classes.length} classes of ${name}`;

/**
 * Assembles the content of the report.
 *
 * @param shown The photo whose heat map was drawn after several epochs.
 */
export async function reportContent(
  run: RunFacts,
  log: TrainingLog,
  shown: Photo,
): Promise<ReportContent> {
  const { photos, split, engine, configuration, assessment, slices, gallery, seconds } = run;
  const { extractors, versions, training } = run;
  const { kind, views, seed, size, map, finetune, head, caution } = configuration;
  const names = extractors.map(({ backbone }) => backbone.name).join(' and ');
  const frozen =
    finetune === 'none' ? `frozen ${names}` : `${names} that learned too after ${finetune}`;
  const several = isMultiLabel(assessment);
  const tuning = several ? forSigmoids(recipes.finetune).training : recipes.finetune;
  const half = finetune === 'none' ? '' : 'half of ';
  return {
    title: titleOf(configuration, photos),
    summary:
      `${headsInWords[head]} on a ${frozen}, trained on ${split.train.length} ${kind} ` +
      `(${views} ${views === 1 ? 'view' : 'views'} of each), chosen on ${half}${split.validation.length}, tested on ${split.test.length}.` +
      (several ? ' A photo may have several classes or none, and each is answered by itself.' : ''),
    ...(caution && { caution }),
    classes: photos.classes,
    counts: {
      train: countByClass(photos, split.train),
      validation: countByClass(photos, split.validation),
      test: countByClass(photos, split.test),
    },
    assessment,
    testPhotos: split.test.map(index => photos.photos[index]!.id),
    slices,
    robustness: run.limits.robustness,
    novelty: run.limits.novelty,
    history: log.rows,
    epochs: {
      truth: photos.classes[shown.label]!,
      name: shown.id,
      pictures: await log.pictures(),
    },
    gallery: {
      ...gallery,
      note: mapStyles[map].note(
        several ? 'the class that is named with its probability' : 'the class that was predicted',
      ),
    },
    findings: photos.findings,
    facts: [
      ['Data', `${photos.name}: ${photos.photos.length} ${kind}, seed ${seed}`],
      ...extractors.map(
        ({ backbone: { name, weights }, pooling, int8 }) =>
          [
            'Backbone',
            `${name}, ${publishedSource(weights.source)} (${weights.license}), ${size} px${poolingInWords(pooling)}${precisionInWords({ int8 })}`,
          ] as const,
      ),
      ['Head', heads[head]],
      ['Training', inWords(training)],
      ...(finetune === 'none'
        ? []
        : ([['Fine-tuning', `the backbone after ${finetune}: ${inWords(tuning)}`]] as const)),
      [
        'Calibration',
        finetune === 'none'
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
        `Node ${versions.node}, TensorFlow.js ${versions['@tensorflow/tfjs-core']}, ${versions.platform}`,
      ],
    ],
    command: publishedCommand(run),
  };
}

/** The command with the names of files of weights instead of their paths. */
export const publishedCommand = ({
  command,
  configuration: { backbone },
}: Pick<RunFacts, 'command' | 'configuration'>): string =>
  backbone.reduce((text, name) => text.replaceAll(name, publishedSource(name)), command);

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
