// #region open
import '@tensorflow/tfjs-backend-webgl';
import { openClassifier } from '@shroom/classifier/browser';

const input = document.querySelector('input')!;
const output = document.querySelector('output')!;

const classifier = await openClassifier('/model/', {
  onProgress: ({ done, total }) => {
    output.value = `${Math.round(done)} of ${Math.round(total)} MB`;
  },
});
const { title, trainedOn } = classifier.file;
output.value = `${title}, trained on ${trainedOn.photos} ${trainedOn.kind}`;

input.onchange = async () => {
  // One view of the photo: faster than the average of several.
  const [answer] = await classifier.predict(input.files!, { views: 1 });
  const { known, probability } = answer!;
  output.value = known
    ? `${answer!.class}, ${Math.round(100 * probability)} %`
    : 'like nothing that it was trained on';
};

// #endregion open
