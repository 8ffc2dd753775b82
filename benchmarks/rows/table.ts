import type { Row } from '../runner/row';
import { closedFormRows } from './closed-form';
import { convnextBaseForward } from './convnext-base-forward-299';
import { convnextTinyForward } from './convnext-tiny-forward-299';
import { convnextTinyTrainStep } from './convnext-tiny-train-step-299';
import { firstPredict } from './first-predict';
import { gradCamConvnextBase } from './gradcam-convnext-base-299';
import { gradCamResnet50 } from './gradcam-resnet50-299';
import { headEpoch } from './head-epoch-4364';
import { headStep } from './head-step-32';
import { inputPipeline2000, inputPipelineCamera, inputPipelineSmall } from './input-pipeline';
import { loadConvnextBase, loadResnet50 } from './loading';
import { integratedGradientsResnet50, layerCamResnet50 } from './other-heat-maps';
import { referenceJob, referenceJobMemory } from './reference-job';
import { resnet50FrozenNorm, resnet50LastStage } from './resnet50-fine-tuning';
import { resnet50Forward } from './resnet50-forward-299';
import { resnet50TrainStep } from './resnet50-train-step-299';
import { scoreCamResnet50 } from './scorecam-resnet50-299';
import { vitBaseForward, vitSmallForward, vitSmallForward518, vitSmallTrainStep } from './vit';

/** Every row, in the order of the table. */
export const rows: readonly Row[] = [
  resnet50Forward,
  convnextBaseForward,
  convnextTinyForward,
  vitSmallForward,
  vitSmallForward518,
  vitBaseForward,
  resnet50TrainStep,
  resnet50FrozenNorm,
  resnet50LastStage,
  convnextTinyTrainStep,
  vitSmallTrainStep,
  headStep,
  headEpoch,
  ...closedFormRows,
  inputPipelineSmall,
  inputPipeline2000,
  inputPipelineCamera,
  gradCamResnet50,
  gradCamConvnextBase,
  scoreCamResnet50,
  layerCamResnet50,
  integratedGradientsResnet50,
  referenceJob,
  referenceJobMemory,
  loadResnet50,
  loadConvnextBase,
  firstPredict,
];
