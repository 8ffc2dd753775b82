import type { SplitName } from '@shroom/data';
import { Option } from 'commander';
import type { EngineName } from '../engine/names';
import type { Evaluated } from '../evaluate';
import { columnOptions, type GivenColumns, tableColumns } from './columns';
import { printEvaluated } from './evaluated';
import { openRun } from './open';
import { engineOption, integer, labeledPlaces, viewsOption } from './options';
import { requireViews } from './predict';
import type { Verb } from './verb';

interface EvaluateOptions extends GivenColumns {
  readonly part: SplitName;
  readonly views?: number;
  readonly resamples: number;
  readonly engine?: EngineName | 'auto';
}

const parts: readonly SplitName[] = ['train', 'validation', 'test'];

/** `shroom evaluate <run> [photos]` */
export const evaluate: Verb<EvaluateOptions> = {
  examples: ['shroom evaluate runs/pets', 'shroom evaluate runs/pets other-photos --json'],
  define: command => {
    command
      .description(
        'Evaluates a classifier on the test photos of its run, or on other photos: how many are unlike its training photos, metrics with ' +
          'intervals, calibration, and how often it is sure.',
      )
      .argument('<run>', 'a trained classifier: a folder, a .zip, a URL, or hf:owner/name')
      .argument('[photos...]', `other labeled photos: ${labeledPlaces}`)
      .addOption(
        new Option('--part <name>', 'part of the photos of the run').choices(parts).default('test'),
      )
      .addOption(viewsOption())
      .option('--resamples <count>', 'resamples of the bootstrap intervals', integer(10), 1000);
    for (const option of columnOptions()) command.addOption(option);
    command.addOption(engineOption());
  },
  run: async (session, [run, ...places], { columns, labelSeparator, engine, views, ...given }) => {
    const { results, bars, signal } = session;
    const classifier = await openRun(session, run!, engine);
    try {
      requireViews(classifier.file.certainty, views);
      const named = tableColumns({ columns, labelSeparator });
      const { onProgress, stop } = bars;
      const evaluated = await classifier
        .evaluate(places.length > 0 ? places : undefined, {
          ...{ ...given, onProgress, signal },
          ...(views !== undefined && { views }),
          ...(named && { columns: named }),
        })
        .finally(stop);
      printEvaluated(results, run!, classifier.classes, evaluated);
      return { result: plain(classifier.classes, evaluated) };
    } finally {
      await classifier.dispose();
    }
  },
};

/** The result for `--json`. What is unknown comes before any class. */
function plain(classes: readonly string[], evaluated: Evaluated) {
  const { photos, unknown, seen, strange, task, assessment } = evaluated;
  const { figures, evaluation, calibration, certainty, sets } = assessment;
  return {
    photos: photos.length,
    unknown,
    strange,
    ...(seen !== undefined && { seen }),
    task,
    figures,
    perClass: classes.map((name, k) => ({ class: name, ...evaluation.perClass[k] })),
    ...(task === 'single-label' && { classes, confusion: evaluation.confusion }),
    calibration: { raw: errorOf(calibration.raw), scaled: errorOf(calibration.scaled) },
    certainty,
    sets: { sure: sets.sure, accuracyWhereSure: sets.accuracyWhereSure, coverage: sets.coverage },
  };
}

const errorOf = ({
  confidence,
  accuracy,
  expectedError,
}: Evaluated['assessment']['calibration']['raw']) => ({ confidence, accuracy, expectedError });
