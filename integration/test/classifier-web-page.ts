import { type Explained, openClassifier, type Prediction } from '@shroom/classifier/browser';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { memory, setBackend } from '@tensorflow/tfjs-core';

/** What a classifier says in the browser. */
export interface WebAnswers {
  readonly predictions: readonly Prediction[];
  /** Of one view of the first photo. */
  readonly plain: Prediction;
  /** Of the first photo as pixels, as bytes and as a bitmap. */
  readonly others: readonly Prediction[];
  readonly map: readonly number[];
  readonly explained: Explained['explained'];
  /** The map again, and that of a look. */
  readonly looked: readonly number[];
  /** Files that were fetched, and the last progress in megabytes. */
  readonly fetched: number;
  readonly progress: readonly [done: number, total: number];
  /** Tensors that are left after all of it. */
  readonly left: number;
}

declare global {
  interface Window {
    answersOf(folder: string, photos: readonly (readonly number[])[]): Promise<WebAnswers>;
    /** Name and message of the error. */
    refusalOf(folder: string): Promise<string>;
  }
}

setWasmPaths('/wasm/');
await setBackend('wasm');

window.answersOf = async (folder, photos) => {
  const before = memory().numTensors;
  let fetched = 0;
  let progress: [number, number] = [0, 0];
  const classifier = await openClassifier(folder, {
    fetch: (address, init) => {
      fetched++;
      return fetch(address, init);
    },
    onProgress: ({ done, total }) => {
      progress = [done, total];
    },
  });
  const files = photos.map(
    (bytes, index) => new File([new Uint8Array(bytes)], `${index}.jpg`, { type: 'image/jpeg' }),
  );
  const [first] = files;
  const predictions = await classifier.predict(files);
  const [plain] = await classifier.predict(first!, { views: 1 });
  const bitmap = await createImageBitmap(first!);
  const others = await classifier.predict([new Uint8Array(photos[0]!), bitmap], { views: 1 });
  const [why] = await classifier.explain(first!);
  const look = await classifier.look(first!);
  const again = await look.explain();
  await look.explain({ against: classifier.classes.find(name => name !== again.class)! });
  look.dispose();
  await classifier.dispose();
  return {
    predictions,
    plain: plain!,
    others,
    map: [...why!.map.values],
    explained: why!.explained,
    looked: [...again.map.values],
    ...{ fetched, progress, left: memory().numTensors - before },
  };
};

window.refusalOf = async folder => {
  try {
    await (await openClassifier(folder)).dispose();
    return 'it was taken';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};
