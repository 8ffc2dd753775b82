import './photos';

// #region open
import { openClassifier } from '@shroom/classifier/browser';
import { file, url } from './web-site';

const classifier = await openClassifier(url, {
  onProgress: ({ done, total }) => console.log(`${done} of ${total} MB`),
});
const { title, trainedOn } = classifier.file;
console.log(`${title}, trained on ${trainedOn.photos} ${trainedOn.kind}`);

const [answer] = await classifier.predict(file); // a File of a form
if (!answer!.known) console.log('like nothing that it was trained on');
else console.log(answer!.class, answer!.probability);

// #endregion open
// #region look
import { layerCam } from '@shroom/gradcam';

const look = await classifier.look(file);
const first = await look.explain();
const rival = classifier.classes.find(name => name !== first.class)!;
const finer = await look.explain({
  method: layerCam(),
  tap: 'layer3.5.relu',
});
const versus = await look.explain({ against: rival });
console.log(first.map, finer.map, versus.explanation.signed);
look.dispose();
// #endregion look
process.exit();
