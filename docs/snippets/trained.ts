// What train.ts of the guide has written, for the snippets that use it.
import './photos';
import { train } from '@shroom/classifier';

await train('photos', {
  size: 96,
  title: 'Three genera of mushrooms',
  out: 'runs/genera',
});
