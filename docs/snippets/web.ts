import './trained';

// #region export
import { openClassifier } from '@shroom/classifier';

const classifier = await openClassifier('runs/genera');
const { change, files } = await classifier.export('web', 'public/model', {
  photos: 'photos/Amanita',
});
console.log(files.length, change);
await classifier.dispose();
// #endregion export
