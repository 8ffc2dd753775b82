// What classifier.ts of the guide has written, for the snippets that use it.
import { existsSync } from 'node:fs';
import './photos';
import { train } from '@shroom/classifier';

if (!existsSync('runs/genera/report.html'))
  await train('photos', {
    size: 96,
    title: 'Three genera of mushrooms',
    out: 'runs/genera',
  });
