import {
  type ArchitectureName,
  architectures,
  createBackbone,
  imagenetPreprocessing,
} from '@shroom/models';
import { formulaCheckpoint } from '../../../models/test/formula';
import type { ExportSource } from '../../src/exports/form';
import { startHead } from '../../src/network/classifier-network';
import { extractorOf } from '../../src/network/extractor';

/** A classifier with weights from a formula and a head that learned nothing, which only its exports need. */
export async function formulaClassifier(
  name: ArchitectureName,
  side: number,
): Promise<ExportSource> {
  const { build, dialects } = architectures[name];
  const untrained = build({ inputSize: [side, side] });
  const checkpoint = formulaCheckpoint(untrained, dialects[0]!);
  untrained.dispose();
  const origin = { source: 'a formula', license: 'MIT', sha256: '0'.repeat(64) };
  const preprocessing = imagenetPreprocessing([side, side]);
  const backbone = await createBackbone(name, { checkpoint, origin, preprocessing });
  const extractor = extractorOf(backbone);
  const classes = ['one', 'two'];
  return {
    folder: '.',
    network: {
      extractors: [extractor],
      head: startHead('linear', extractor.width, classes.length, 0),
      classes,
      task: 'single-label',
    },
    file: {
      ...{ format: 'shroom-classifier', version: 1, title: 'A formula', classes },
      extractors: [],
      head: { name: 'linear', path: 'head.safetensors', sha256: origin.sha256 },
      ...{ augment: 'flips', views: 1 },
      certainty: [{ views: 1, temperature: 1, threshold: 0.5, coverage: 0.9 }],
      trainedOn: { name: 'nothing', kind: 'numbers', photos: 1, perClass: [0, 0] },
      licenses: [{ of: origin.source, license: origin.license }],
    },
  };
}
