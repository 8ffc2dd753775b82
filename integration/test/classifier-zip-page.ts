import { openClassifier, type Prediction } from '@shroom/classifier/browser';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';

declare global {
  interface Window {
    /** Probabilities of a zip that was chosen as a file, and of one at an address; and errors for files that are damaged. */
    zipAnswers(
      address: string,
      photos: readonly (readonly number[])[],
    ): Promise<{ byFile: number[]; byAddress: number[]; refusals: string[] }>;
  }
}

setWasmPaths('/wasm/');
await setBackend('wasm');

window.zipAnswers = async (address, photos) => {
  const files = photos.map((bytes, index) => new File([new Uint8Array(bytes)], `${index}.jpg`));
  const answersOf = async (zip: string | Blob) => {
    const classifier = await openClassifier(zip);
    const answers: Prediction[] = await classifier.predict(files, { views: 1 });
    await classifier.dispose();
    return answers.flatMap(({ probabilities }) => Object.values(probabilities));
  };
  const zip = await (await fetch(address)).blob();
  const changed = new Uint8Array(await zip.arrayBuffer());
  changed[changed.length >> 1]! ^= 1;
  const refusals: string[] = [];
  for (const damaged of [new File(['no zip'], 'no.zip'), new File([changed], 'changed.zip')])
    await openClassifier(damaged).catch(error => refusals.push(`${error.name}: ${error.message}`));
  return { byFile: await answersOf(zip), byAddress: await answersOf(address), refusals };
};
