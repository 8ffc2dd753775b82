/** What a worker thread of the steadiness test runs: an engine of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import '../src/index';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('ort');
const x = tf.fill([100, 100], workerData as number);
const sum = tf.sum(tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D));
parentPort!.postMessage((await sum.data())[0]);
