import '@tensorflow/tfjs-backend-cpu';
// #region model
import { attachHead, classifierHead } from '@shroom/head';
import { architectures, imagenetPreprocessing } from '@shroom/models';

const classes = ['Amanita', 'Boletus', 'Russula'];
const preprocessing = imagenetPreprocessing([224, 224]);
// Weights of zero; or any backbone that has some.
const backbone = architectures.resnet18.build({ inputSize: [224, 224] });
const head = classifierHead(512, classes.length);
const model = attachHead(backbone, head);

// #endregion model
// #region onnx
import { writeFile } from 'node:fs/promises';
import { exportOnnx } from '@shroom/models';

const options = { classes, preprocessing, weights: 'float16' } as const;
await writeFile('classifier.onnx', await exportOnnx(model, options));

// #endregion onnx
// #region run
import { InferenceSession, Tensor } from 'onnxruntime-node';

const session = await InferenceSession.create('classifier.onnx');
const images = new Tensor(
  'float32',
  new Float32Array(3 * 224 * 224),
  [1, 3, 224, 224],
);
const outputs = await session.run({ images });
// One logit for each class.
console.log(session.outputNames, Object.values(outputs)[0]!.dims);

// #endregion run
// #region safetensors
import { checkpointOf, ownDialect } from '@shroom/models';
import { writeSafetensors } from '@shroom/models/node';

await writeSafetensors(
  'classifier.safetensors',
  checkpointOf(model, ownDialect),
);

// #endregion safetensors
// #region tfjs
import { foldBatchNorm } from '@shroom/models';
import { io } from '@tensorflow/tfjs-core';

const plain = foldBatchNorm(model); // layers that every TensorFlow.js has
await plain.save(
  io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    const weightsManifest = [
      { paths: ['weights.bin'], weights: weightSpecs },
    ];
    await writeFile(
      'model.json',
      JSON.stringify({ modelTopology, weightsManifest }),
    );
    await writeFile(
      'weights.bin',
      new Uint8Array(weightData as ArrayBuffer),
    );
    return {
      modelArtifactsInfo: {
        dateSaved: new Date(),
        modelTopologyType: 'JSON',
      },
    };
  }),
);
// #endregion tfjs
