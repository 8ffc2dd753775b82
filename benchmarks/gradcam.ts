/**
 * Heat maps at 299: what they cost beside a forward pass, and beside pytorch-grad-cam. Weights are random on both sides.
 *
 *     PYTORCH_GRAD_CAM=<folder that holds pytorch_grad_cam/> tsx gradcam.ts [resnet50 | convnext_base] [batch]
 */
import '@shroom/backend-ort';
import { configureOrt } from '@shroom/backend-ort';
import { explain, gradCam, layerCam, reciproCam, split } from '@shroom/gradcam';
import { architectures } from '@shroom/models';
import { randomNormal, setBackend, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { compare, type Job, job, pythonJob } from './measure';

const SIZE = 299;
const [name = 'resnet50', batchText = '4'] = process.argv.slice(2);
const batch = Number(batchText);
configureOrt({ threads: 2 });
await setBackend('ort');

const network = architectures[name as keyof typeof architectures];
const model = network.build({ inputSize: [SIZE, SIZE], classes: 9 });
model.setWeights(model.getWeights().map(({ shape }) => randomNormal(shape, 0, 0.05)));
const images = randomNormal([batch, SIZE, SIZE, 3]) as Tensor4D;
const parts = split(model);
const stages = network.taps.map(({ layer }) => layer);
const lastConvolution = split(model, { tap: stages.at(-2)! });

const maps = (title: string, options: Parameters<typeof explain>[2], at = parts): Job =>
  job(title, async () => {
    await explain(at, images, options);
  });
const jobs = [
  maps('Grad-CAM', { method: gradCam }),
  job('forward pass alone', async () => {
    const logits = tidy(() => model.predict(images, { batchSize: batch }) as Tensor);
    await logits.data();
    logits.dispose();
  }),
  maps('Recipro-CAM', { method: reciproCam, batch: 256 }),
  maps(`LayerCAM a stage earlier`, { method: layerCam }, lastConvolution),
];
const folder = process.env.PYTORCH_GRAD_CAM;
if (folder) {
  const script = 'gradcam_peer.py';
  jobs.push(await pythonJob('pytorch-grad-cam', [folder, name, `${batch}`, `${SIZE}`], script));
}
await compare(`Heat maps of ${name}, ${SIZE}, batch ${batch}`, jobs);
process.exit(0);
