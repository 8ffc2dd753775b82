import { openClassifier, type Prediction } from '@shroom/classifier/browser';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';

declare global {
  interface Window {
    /** Probabilities of a zip at an address, opened from there or chosen as a file. */
    zipAnswers(
      address: string,
      photos: readonly (readonly number[])[],
      from: 'file' | 'address',
    ): Promise<number[]>;
    /** The errors for a file that is no zip, and for a zip with one bit changed. */
    zipRefusals(address: string): Promise<string[]>;
  }
}

setWasmPaths('/wasm/');
await setBackend('wasm');

const blobAt = async (address: string) => (await fetch(address)).blob();

window.zipAnswers = async (address, photos, from) => {
  const files = photos.map((bytes, index) => new File([new Uint8Array(bytes)], `${index}.jpg`));
  const classifier = await openClassifier(from === 'file' ? await blobAt(address) : address);
  const answers: Prediction[] = await classifier.predict(files, { views: 1 });
  await classifier.dispose();
  return answers.flatMap(({ probabilities }) => Object.values(probabilities));
};

window.zipRefusals = async address => {
  const changed = new Uint8Array(await (await blobAt(address)).arrayBuffer());
  changed[changed.length >> 1]! ^= 1;
  const refusals: string[] = [];
  for (const damaged of [new File(['no zip'], 'no.zip'), new File([changed], 'changed.zip')])
    await openClassifier(damaged).catch(error => refusals.push(`${error.name}: ${error.message}`));
  return refusals;
};
