import { openClassifier } from '@shroom/classifier/browser';
import { file, url } from './web-site';

const classifier = await openClassifier(url);

// #region look
import { layerCam } from '@shroom/gradcam';

const look = await classifier.look(file); // a File of the form
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
