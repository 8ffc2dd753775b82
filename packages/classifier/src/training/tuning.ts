import { type Recipe, recipes } from '@shroom/train';
import type { CutExtractor } from '../network/extractor';
import type { TaskName } from '../task';
import { forSigmoids } from './several-classes';

/**
 * Factor from the learning rate of a block of a transformer to that of the block below. From He et al. 2022, table 9:
 * https://arxiv.org/abs/2111.06377
 */
const layerDecayOfBlocks = 0.75;

/** Factor from the learning rate of a stage, or of a transformer's block, to that of the one below. */
const usualLayerDecay = ({ extractor }: CutExtractor): number =>
  extractor.backbone.tokens ? layerDecayOfBlocks : recipes.finetune.stageDecay;

/** The recipe that fine-tunes a network after a cut. */
export function tuningRecipe(
  cut: CutExtractor,
  task: TaskName,
  layerDecay = usualLayerDecay(cut),
): Recipe {
  const recipe = { ...recipes.finetune, stageDecay: layerDecay };
  return task === 'multi-label' ? forSigmoids(recipe).training : recipe;
}
