import { readFileSync } from 'node:fs';
import {
  ablationCam,
  type ExplainOptions,
  eigenCam,
  eigenGradCam,
  fem,
  gradCam,
  gradCamElementWise,
  gradCamPlusPlus,
  hiResCam,
  kpcaCam,
  layerCam,
  logitPlusLogProbability,
  probability,
  scoreCam,
  segEigenCam,
  shapleyCam,
  xGradCam,
} from '../src/index';

export interface Figures {
  readonly classes: number[];
  readonly networks: Record<
    string,
    {
      readonly logits: number[];
      readonly taps: Record<string, Record<string, { raw: number[]; final: number[] }>>;
      readonly fullGrad: number[];
      readonly guidedBackprop: number[];
      readonly fused: number[];
      readonly refined: number[];
    }
  >;
}

/** Figures of pytorch-grad-cam; tools/reference/gradcam.py writes them. */
export const figures: Figures = JSON.parse(
  readFileSync(new URL('./reference/maps.json', import.meta.url), 'utf8'),
);
export const size = [10, 8] as const;

export const methods: Record<string, ExplainOptions> = {
  gradCam: { method: gradCam() },
  hiResCam: { method: hiResCam() },
  gradCamElementWise: { method: gradCamElementWise() },
  layerCam: { method: layerCam() },
  gradCamPlusPlus: { method: gradCamPlusPlus({ variant: 'pgc' }) },
  xGradCam: { method: xGradCam() },
  eigenCam: { method: eigenCam() },
  eigenGradCam: { method: eigenGradCam() },
  segEigenCam: { method: segEigenCam() },
  kpcaCam: { method: kpcaCam() },
  fem: { method: fem() },
  scoreCam: { method: scoreCam(), batch: 3 },
  ablationCam: { method: ablationCam({ ablate: 'pgc', variant: 'paper' }), batch: 3 },
  probability: { target: probability },
  rest: { target: logitPlusLogProbability },
  shapleyCam: { method: shapleyCam(), target: logitPlusLogProbability },
};
/** Principal components whose sign pytorch-grad-cam leaves to its linear algebra. */
export const signless = new Set(['eigenCam', 'eigenGradCam']);
